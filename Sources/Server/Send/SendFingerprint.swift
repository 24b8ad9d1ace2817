internal import Digests
internal import Foundation

/// What a mailing is, so that a ledger is never used for another one: hashes of the files, and subject and sender.
struct SendFingerprint: Codable, Hashable, Sendable {
    /// SHA-256, hexadecimal.
    var recipients: String
    var template: String
    /// Empty where no text was given.
    var text: String
    var subject: String
    var from: String

    /// What differs, in the words of the command line; empty for the same mailing.
    func differences(from other: SendFingerprint) -> [String] {
        let pairs: [(String, KeyPath<SendFingerprint, String>)] = [
            ("the recipients", \.recipients), ("the template", \.template), ("the text", \.text),
            ("the subject", \.subject),
            ("the sender", \.from),
        ]
        return pairs.filter { self[keyPath: $0.1] != other[keyPath: $0.1] }.map(\.0)
    }

    static func hash(_ bytes: some Sequence<UInt8>) -> String { hex(SHA256.hash(bytes)) }

    /// Of a file of any size, read in pieces.
    static func hash(ofFile path: String) throws -> String {
        var hash = SHA256()
        let file = try FilePieces(path)
        while let piece = try file.next() { hash.update(piece) }
        return hex(hash.finalize())
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
