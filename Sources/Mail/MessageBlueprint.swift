public import Foundation

/// What all messages of a campaign share, as bytes already: made once, then each message only adds what differs.
public struct MessageBlueprint: Sendable {
    private let constantHeaders: [UInt8]

    /// - Parameter headers: those that are the same in every message: List-ID, Precedence.
    public init(from: Mailbox, replyTo: Mailbox? = nil, headers: [HeaderField] = []) {
        var bytes: [UInt8] = []
        HeaderWriting.appendMailbox("From", from, to: &bytes)
        if let replyTo { HeaderWriting.appendMailbox("Reply-To", replyTo, to: &bytes) }
        for header in headers { HeaderWriting.appendField(header, to: &bytes) }
        bytes.append(contentsOf: "MIME-Version: 1.0\r\n".utf8)
        constantHeaders = bytes
    }

    /// The whole message (see `OutgoingMessage.bytes()`).
    ///
    /// - Parameters:
    ///   - messageID: Without angle brackets; the MIME boundary follows from it.
    ///   - html: UTF-8, any line ends; empty when there is none, as `text`.
    ///   - headers: Those of this message alone: List-Unsubscribe.
    public func compose(
        to: Mailbox, subject: String, date: Date, messageID: String, html: [UInt8], text: [UInt8],
        headers: [HeaderField] = []
    ) -> [UInt8] {
        compose(
            to: to, subject: subject, date: date, messageID: messageID, html: MessageBody(html),
            text: MessageBody(text),
            headers: headers)
    }

    /// The same from bodies of which parts were prepared.
    ///
    /// - Parameter frame: Where the mail has files: what ``FileWriter`` wrote then follows the bytes, and both together are
    ///   the message.
    public func compose(
        to: Mailbox, subject: String, date: Date, messageID: String, html: MessageBody, text: MessageBody,
        headers: [HeaderField] = [], frame: MessageFrame? = nil
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(constantHeaders.count + 1536 + (html.count + text.count) * 17 / 16)
        bytes.append(contentsOf: Self.dateName)
        MessageDate.append(date, to: &bytes)
        bytes.append(contentsOf: Self.crlf)
        bytes.append(contentsOf: constantHeaders)
        HeaderWriting.appendMailbox("To", to, to: &bytes)
        HeaderWriting.appendText("Subject", subject, to: &bytes)
        let identity = Self.identity(messageID)
        HeaderWriting.appendRaw("Message-ID", identity, to: &bytes)
        for header in headers { HeaderWriting.appendField(header, to: &bytes) }
        let isAlternative = !html.isEmpty && !text.isEmpty
        if let frame {
            let root = isAlternative ? "multipart/alternative" : html.isEmpty ? "text/plain" : "text/html"
            Self.append(opening: frame, around: root, to: &bytes)
        }
        if isAlternative {
            appendAlternatives(text, html, identity, to: &bytes)
        } else {
            bytes.append(contentsOf: html.isEmpty ? Self.plainType : Self.htmlType)
            BodyEncoding.append(html.isEmpty ? text : html, to: &bytes)
            // Before a delimiter a line break always stands; it is no part of the text (RFC 2046 §5.1.1).
            if frame != nil || !bytes.hasLineEnd { bytes.append(contentsOf: Self.crlf) }
        }
        if let frame { Self.append(delimiter: frame.inner, to: &bytes) }
        return bytes
    }

    /// From the first Content-Type to the delimiter before the texts.
    ///
    /// - Parameter root: what the pictures belong to (RFC 2387 §3.1).
    private static func append(opening frame: MessageFrame, around root: String, to bytes: inout [UInt8]) {
        for (type, boundary) in [
            ("multipart/mixed", frame.mixed), ("multipart/related;\r\n type=\"\(root)\"", frame.related),
        ] {
            guard let boundary else { continue }
            bytes.append(contentsOf: "Content-Type: \(type);\r\n boundary=\"".utf8)
            bytes.append(contentsOf: boundary)
            bytes.append(contentsOf: afterBoundary)
            append(delimiter: boundary, to: &bytes)
        }
    }

    private static func append(delimiter: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(contentsOf: [0x2D, 0x2D])
        bytes.append(contentsOf: delimiter)
        bytes.append(contentsOf: crlf)
    }

    private func appendAlternatives(
        _ text: MessageBody, _ html: MessageBody, _ identity: [UInt8], to bytes: inout [UInt8]
    ) {
        bytes.append(contentsOf: Self.alternativeType)
        var attempt: UInt64 = 0
        let bodyStart = bytes.count
        while true {
            let boundary = Boundary.make(from: identity, attempt: attempt)
            bytes.append(contentsOf: boundary)
            bytes.append(contentsOf: Self.afterBoundary)
            let partsStart = bytes.count
            appendPart(Self.plainType, text, boundary, to: &bytes)
            appendPart(Self.htmlType, html, boundary, to: &bytes)
            bytes.append(contentsOf: [0x2D, 0x2D])
            bytes.append(contentsOf: boundary)
            bytes.append(contentsOf: [0x2D, 0x2D, 0x0D, 0x0A])
            // The three delimiters that we wrote; a fourth one would be the text's own.
            if Boundary.count(boundary, in: bytes, from: partsStart) == 3 { return }
            bytes.removeLast(bytes.count - bodyStart)
            attempt += 1
        }
    }

    private func appendPart(_ type: [UInt8], _ body: MessageBody, _ boundary: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(contentsOf: [0x2D, 0x2D])
        bytes.append(contentsOf: boundary)
        bytes.append(contentsOf: Self.crlf)
        bytes.append(contentsOf: type)
        BodyEncoding.append(body, to: &bytes)
        bytes.append(contentsOf: Self.crlf)
    }

    /// `<id>`: visible ASCII, without what would end it, at most 900 octets.
    private static func identity(_ messageID: String) -> [UInt8] {
        var identity: [UInt8] = [UInt8(ascii: "<")]
        for byte in messageID.utf8.prefix(900)
        where byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "<") && byte != UInt8(ascii: ">") {
            identity.append(byte)
        }
        identity.append(UInt8(ascii: ">"))
        return identity
    }

    private static let crlf: [UInt8] = [0x0D, 0x0A]
    private static let dateName = Array("Date: ".utf8)
    private static let plainType = Array("Content-Type: text/plain; charset=utf-8\r\n".utf8)
    private static let htmlType = Array("Content-Type: text/html; charset=utf-8\r\n".utf8)
    private static let alternativeType = Array("Content-Type: multipart/alternative;\r\n boundary=\"".utf8)
    private static let afterBoundary = Array("\"\r\n\r\n".utf8)
}

extension [UInt8] {
    fileprivate var hasLineEnd: Bool { last == 0x0A }
}
