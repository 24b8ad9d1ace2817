internal import Campaigns
internal import Mail
internal import NIOCore
internal import Persistence

/// The files of a content as they stand in each of its mails: encoded once, and written from this one storage however many
/// mails are on their way.
final class Enclosure: Sendable {
    let frame: MessageFrame
    let octets: ByteBuffer
    /// The contents of attachments, which nobody needs who only looks at the mail.
    private let attachmentContents: [Range<Int>]

    fileprivate init(_ writer: consuming FileWriter) {
        frame = writer.frame
        attachmentContents = writer.attachmentContents
        octets = ByteBuffer(bytes: writer.bytes)
    }

    var count: Int { octets.readableBytes }

    /// - Parameter isWhole: whether attachments have their contents.
    func append(to bytes: inout [UInt8], isWhole: Bool) {
        let view = octets.readableBytesView
        guard !isWhole else {
            bytes.append(contentsOf: view)
            return
        }
        var start = view.startIndex
        for range in attachmentContents {
            bytes.append(contentsOf: view[start..<range.lowerBound])
            start = range.upperBound
        }
        bytes.append(contentsOf: view[start...])
    }

    /// The files of a mail from the database, piece by piece.
    /// - Parameters:
    ///   - identity: what the boundaries follow from (``MessageFrame``).
    ///   - isWhole: false where attachments need not have their contents.
    static func load(
        _ files: [FileUse], of account: Account.ID, identity: String, from database: any Database, isWhole: Bool = true
    ) async throws -> Enclosure? {
        guard !files.isEmpty else { return nil }
        let parts = files.map(MessageFile.init)
        var writer = FileWriter(parts, identity: identity)
        for (use, part) in zip(files, parts) {
            writer.begin(part)
            if !isWhole, use.kind == .attachment { continue }
            var (number, size) = (0, 0)
            while let piece = try await database.read({ [number] tx in
                try tx.account(account).piece(number, of: use.file.id)
            }) {
                writer.append(piece)
                size += piece.count
                number += 1
            }
            // Of a draft, whose files may be taken away at this moment.
            guard size == part.size else {
                throw ContentProblem(userMessage: "“\(use.name)” is no longer there. Save the template and try again.")
            }
            writer.end()
        }
        writer.finish()
        return Enclosure(writer)
    }
}

extension MessageFile {
    init(_ use: FileUse) {
        self.init(
            name: FileName(use.name), mediaType: use.mediaType,
            contentID: use.kind == .picture ? use.file.pictureKey.contentID : nil, size: use.file.size)
    }
}
