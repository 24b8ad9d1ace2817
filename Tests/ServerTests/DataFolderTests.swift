import Foundation
import Testing
import TestSupport

@testable import Server

@Suite struct `The data folder` {
    private func configuration(_ folder: TemporaryFolder, _ environment: [String: String] = [:]) throws
        -> ServerConfiguration
    {
        try ServerConfiguration.load(
            ConfigurationSources(environment: environment.merging(["MARTLET_DATA": folder.file("data")]) { $1 }))
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int) & 0o777
    }

    @Test func `secrets are made once, for the owner alone`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let configuration = try configuration(folder)
        let data = try DataFolder(opening: configuration.dataFolder)
        let first = try Secrets(configuration, in: data)
        let again = try Secrets(configuration, in: data)
        #expect(first.secretKey == again.secretKey && first.fieldEncryptionKey == again.fieldEncryptionKey)
        #expect(first.secretKey.count >= 32)
        #expect(try mode(data.path) == 0o700)
        #expect(try mode(data.secrets) == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: data.path) == ["secrets.env"])
        #expect("\(first)" == "Secrets(…)")
    }

    @Test func `a process that starts at the same moment takes the secrets of the first`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let configuration = try configuration(folder)
        let data = try DataFolder(opening: configuration.dataFolder)
        // Two starts that both saw no file: the second must not replace what the first one wrote.
        let written =
            "SECRET_KEY=\(String(repeating: "k", count: 40))\nFIELD_ENCRYPTION_KEY=\(String(repeating: "A", count: 43))\n"
        try Data(written.utf8).write(to: URL(fileURLWithPath: data.secrets))
        try Secrets.generate(into: data)
        #expect(try String(contentsOfFile: data.secrets, encoding: .utf8) == written)
        #expect(try Secrets(configuration, in: data).secretKey == String(repeating: "k", count: 40))
    }

    @Test func `new secrets are never made for an old database`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let configuration = try configuration(folder)
        let data = try DataFolder(opening: configuration.dataFolder)
        try Data().write(to: URL(fileURLWithPath: data.database))
        let failure = #expect(throws: CommandFailure.self) { try Secrets(configuration, in: data) }
        #expect(failure?.status == .configuration)
        #expect(failure?.message.contains("secrets.env is missing") == true)
    }

    @Test func `a file in the place of the folder is told`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try Data().write(to: URL(fileURLWithPath: folder.file("data")))
        let failure = #expect(throws: CommandFailure.self) { try DataFolder(opening: folder.file("data")) }
        #expect(failure?.message.contains("is a file, not a folder") == true)
    }

    @Test func `a lock is held by one and says by whom`() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let lock = try ProcessLock(path: folder.file("delivery.lock"))
        let taken = #expect(throws: ProcessLock.Taken.self) { try ProcessLock(path: folder.file("delivery.lock")) }
        #expect(taken?.processID == ProcessInfo.processInfo.processIdentifier)
        lock.release()
        _ = try ProcessLock(path: folder.file("delivery.lock"))
    }

    @Test func `a damaged database is told apart and left as it is`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let garbage = Data(repeating: 0x41, count: 8192)
        try garbage.write(to: URL(fileURLWithPath: folder.file("martlet.sqlite")))
        let failure = await #expect(throws: CommandFailure.self) {
            _ = try await DatabaseOpening.open(path: folder.file("martlet.sqlite"))
        }
        #expect(failure?.status == .badData)
        #expect(failure?.message.contains("restore a backup") == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("martlet.sqlite"))) == garbage)
    }
}
