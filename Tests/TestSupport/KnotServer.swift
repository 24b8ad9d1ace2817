internal import Foundation
internal import Glibc

/// Knot, a real authoritative DNS server, on a free port of 127.0.0.1; call ``stop()`` at the end of the test.
public final class KnotServer {
    public struct Missing: Error, CustomStringConvertible {
        public var description: String { "knotd is missing: apt-get install knot knot-dnssecutils" }
    }

    /// As a resolver wants it: `127.0.0.1@5353`.
    public let address: String
    /// The key of each signed zone, as a record: what a resolver may trust.
    public private(set) var anchors: [String] = []

    private let folder: TemporaryFolder
    private let process: Process

    /// - Parameters:
    ///   - zones: the records of each zone in the form of a zone file, without SOA and NS.
    ///   - signed: which of them are signed (DNSSEC).
    public static func start(_ zones: [String: String], signed: Set<String> = []) async throws -> KnotServer {
        guard FileManager.default.isExecutableFile(atPath: "/usr/sbin/knotd") else { throw Missing() }
        let folder = try TemporaryFolder()
        // A port that was free a moment ago may be taken by another test: then another one is tried.
        for _ in 0..<5 {
            if let server = try await KnotServer(zones, signed, folder) { return server }
        }
        folder.remove()
        throw Missing()
    }

    public func stop() {
        process.terminate()
        process.waitUntilExit()
        folder.remove()
    }

    /// Nil when it did not come up.
    private init?(_ zones: [String: String], _ signed: Set<String>, _ folder: TemporaryFolder) async throws {
        self.folder = folder
        let port = Self.freePort()
        address = "127.0.0.1@\(port)"
        var text = """
            server:
              listen: 127.0.0.1@\(port)
              rundir: "\(folder.path)"
              tcp-workers: 1
              udp-workers: 1
              background-workers: 1
            database:
              storage: "\(folder.path)"
              journal-db-max-size: 32M
              kasp-db-max-size: 32M
              timer-db-max-size: 16M
            log:
              - target: stdout
                any: info
            policy:
              - id: quick
                single-type-signing: on
            zone:

            """
        for (name, records) in zones {
            let file = folder.file("\(name).zone")
            let zone =
                "$ORIGIN \(name).\n$TTL 60\n@ SOA ns hostmaster 1 60 60 60 5\n@ NS ns\nns A 127.0.0.1\n\(records)\n"
            try Data(zone.utf8).write(to: URL(filePath: file))
            text +=
                "  - domain: \(name)\n    file: \"\(file)\"\n    storage: \"\(folder.path)\"\n    zonefile-sync: -1\n"
            text += "    zonefile-load: difference-no-serial\n    journal-content: all\n"
            if signed.contains(name) { text += "    dnssec-signing: on\n    dnssec-policy: quick\n" }
        }
        let configuration = folder.file("knot.conf")
        try Data(text.utf8).write(to: URL(filePath: configuration))
        process = Process()
        process.executableURL = URL(filePath: "/usr/sbin/knotd")
        process.arguments = ["-c", configuration]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let isUp = await Self.waits(for: "server started", in: output.fileHandleForReading)
        guard isUp else {
            process.terminate()
            process.waitUntilExit()
            return nil
        }
        for name in signed.sorted() { anchors += try Self.anchors(of: name, configuration) }
    }

    /// Reads until the text comes, and goes on reading until the server's end, so that it can go on writing. On a thread, and
    /// not by a handler: Dispatch would go on watching the pipe while it is closed, and crash.
    private static func waits(for text: String, in output: FileHandle) async -> Bool {
        await withCheckedContinuation { continuation in
            Thread {
                var isFound = false
                var seen = ""
                while case let data = output.availableData, !data.isEmpty {
                    guard !isFound else { continue }
                    seen += String(decoding: data, as: UTF8.self)
                    isFound = seen.contains(text)
                    if isFound { continuation.resume(returning: true) }
                }
                if !isFound { continuation.resume(returning: false) }
            }.start()
        }
    }

    private static func anchors(of zone: String, _ configuration: String) throws -> [String] {
        let keymgr = Process()
        keymgr.executableURL = URL(filePath: "/usr/sbin/keymgr")
        keymgr.arguments = ["-c", configuration, zone, "ds"]
        let output = Pipe()
        keymgr.standardOutput = output
        try keymgr.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        keymgr.waitUntilExit()
        // One line for each digest; SHA-256 is number 2.
        return text.split(separator: "\n").map { String($0).replacing(" DS ", with: " IN DS ") }.filter { line in
            line.split(separator: " ").dropFirst(5).first == "2"
        }
    }

    static func freePort() -> Int {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = bind(socket, address, length)
                _ = getsockname(socket, address, &length)
            }
            return Int(UInt16(bigEndian: pointer.pointee.sin_port))
        }
    }
}

/// A DNS server that takes questions and never answers.
public final class SilentDNSServer {
    public let address: String
    private let descriptor: Int32

    public init() {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        withUnsafeMutablePointer(to: &place) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = bind(descriptor, address, length)
                _ = getsockname(descriptor, address, &length)
            }
        }
        address = "127.0.0.1@\(UInt16(bigEndian: place.sin_port))"
    }

    public func stop() { close(descriptor) }
}
