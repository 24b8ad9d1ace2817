import Campaigns
import Digests
import Foundation
import Mail
import Persistence

/// Takes files that somebody uploaded: looks at what they are, and stores each content once.
struct FileStoring {
    let actor: any Acting

    /// Files of one mail, at most.
    static let mostFiles = 20

    struct Problem: Error {
        let sentence: Phrase
    }

    /// What an upload is, before it is stored.
    struct Inspected: Sendable {
        let path: String
        let file: NewFile
    }

    /// Reads the file once: its hash, and its first octets.
    /// - Throws: ``Problem`` for what is not sent with mails.
    static func inspect(_ upload: UploadedFile, named name: String? = nil) async throws -> Inspected {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: upload.path))
        defer { try? handle.close() }
        var hash = SHA256()
        var head: [UInt8] = []
        var size = 0
        while let piece = try handle.read(upToCount: 1 << 16), !piece.isEmpty {
            hash.update(piece)
            if head.count < FileKind.headLength { head += piece.prefix(FileKind.headLength - head.count) }
            size += piece.count
            await Task.yield()
        }
        let judgement = try judge(head, named: name ?? upload.name)
        return Inspected(
            path: upload.path,
            file: NewFile(
                hash: hash.finalize(), size: size, mediaType: judgement.mediaType, name: judgement.name.text,
                isPicture: judgement.isPicture))
    }

    /// What a stored file is under a name that it has not had yet: no name makes a program of a document.
    static func judge(_ file: FileRecord, named name: String, in scope: AccountScope) throws -> FileJudgement {
        try judge(Array((try scope.piece(0, of: file.id) ?? []).prefix(FileKind.headLength)), named: name)
    }

    private static func judge(_ head: [UInt8], named name: String) throws -> FileJudgement {
        do throws(FileJudgement.Problem) {
            return try FileJudgement(name: name, head: head)
        } catch { throw Problem(sentence: Phrase(sentence: error.userMessage)) }
    }

    /// Stores what was looked at, in one transaction with what else `body` does.
    func store<Value: Sendable>(
        _ files: [Inspected], _ body: @escaping @Sendable (AccountScope, [File.ID]) throws -> Value
    ) async throws -> Value {
        let limit = actor.site.configuration.accountFilesLimit
        return try await actor.write { scope in
            let ids = try files.map { try $0.store(in: scope, within: limit) }
            return try body(scope, ids)
        }
    }

    /// - Parameter size: octets of one file.
    static func check(size: Int, name: String, limit: Int) throws {
        guard size > limit else { return }
        throw Problem(
            sentence:
                "“\(name)” has \(ByteCount(size).text); the files of a mail may have \(ByteCount(limit).text) together."
        )
    }

    /// Whether all files of a mail together are few and small enough.
    static func check(_ files: [(name: String, size: Int)], limit: Int) throws {
        let total = files.reduce(0) { $0 + $1.size }
        if files.count > mostFiles {
            throw Problem(sentence: "A mail can have \(mostFiles) files; these are \(files.count).")
        }
        if total > limit {
            throw Problem(
                sentence:
                    "All files of this mail would have \(ByteCount(total).text); \(ByteCount(limit).text) are possible. Put large files on a web server and link them."
            )
        }
    }
}

extension FileStoring.Inspected {
    /// Piece by piece, so that the whole is never in memory.
    /// - Throws: ``FileStoring/Problem`` where the account has no room for it.
    func store(in scope: AccountScope, within limit: Int) throws -> File.ID {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        do {
            return try scope.storeFile(file, within: limit) {
                guard let piece = try handle.read(upToCount: FilePiece.length), !piece.isEmpty else { return nil }
                return Array(piece)
            }
        } catch let full as FileRoomExceeded {
            throw FileStoring.Problem(
                sentence:
                    "“\(full.name)” (\(ByteCount(full.size).text)) was not stored: the files of your account take \(ByteCount(full.used).text), and \(ByteCount(full.limit).text) are possible. The page Files of your account says what takes how much, and lets you remove what finished campaigns were sent with. Or link large files instead, or ask this Martlet’s administrator for more room (ACCOUNT_FILES_MB)."
            )
        }
    }
}

extension AccountScope {
    /// All of a content, for a page.
    func content(of file: FileRecord) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(file.size)
        var number = 0
        while let piece = try piece(number, of: file.id) {
            bytes += piece
            number += 1
        }
        return bytes
    }
}

/// How much room the files of an account take, and may take.
struct FileRoom: Sendable {
    var used: Int
    var limit: Int

    init(_ scope: AccountScope, _ configuration: WebConfiguration) throws {
        used = try scope.sizeOfFiles()
        limit = configuration.accountFilesLimit
    }

    var sentence: Phrase {
        "All files of your account take \(ByteCount(used).text) of \(ByteCount(limit).text); the same content counts once."
    }
}

/// A number of octets for a person.
struct ByteCount {
    let count: Int

    init(_ count: Int) { self.count = count }

    var text: String {
        switch count {
        case 1: "1 byte"
        case ..<1024: "\(count) bytes"
        case ..<(1 << 20): "\((count + 1023) / 1024) KB"
        case ..<(1 << 30): tenths(of: 1 << 20) + " MB"
        default: tenths(of: 1 << 30) + " GB"
        }
    }

    /// Rounded down, and without a tenth where there is none.
    private func tenths(of unit: Int) -> String {
        let tenth = count % unit * 10 / unit
        return "\(count / unit)" + (tenth == 0 ? "" : ".\(tenth)")
    }
}
