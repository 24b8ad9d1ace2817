/// A file that goes with a mail: an attachment, or a picture that its HTML shows.
public struct MessageFile: Sendable, Hashable {
    /// Made safe already (``FileName``).
    public var name: FileName
    /// `type/subtype`, found out from the content.
    public var mediaType: String
    /// What the HTML calls a picture, `cid:` before it; nil for an attachment.
    public var contentID: String?
    /// Octets.
    public var size: Int

    public init(name: FileName, mediaType: String, contentID: String?, size: Int) {
        self.name = name
        self.mediaType = mediaType
        self.contentID = contentID
        self.size = size
    }
}

/// How a mail with files is built around its texts: multipart/mixed for attachments, multipart/related within it for pictures
/// (RFC 2387), each only where there are such files. Constant for all mails of a campaign.
public struct MessageFrame: Sendable {
    /// nil where there are no attachments.
    let mixed: [UInt8]?
    /// nil where there are no pictures.
    let related: [UInt8]?

    /// - Parameter identity: what the boundaries follow from; nobody who writes a text of these mails may know it, because the
    ///   texts are not looked through for them.
    init(hasPictures: Bool, hasAttachments: Bool, identity: String) {
        let bytes = Array(identity.utf8)
        mixed = hasAttachments ? Boundary.make(from: bytes, attempt: 0x6D69_7865_6400) : nil
        related = hasPictures ? Boundary.make(from: bytes, attempt: 0x7265_6C61_7465) : nil
    }

    /// The delimiter line between the texts and the first file.
    var inner: [UInt8] { related ?? mixed ?? [] }
}

/// Writes what follows the texts of a mail with files: the same octets for each mail of a campaign, so they are made once.
///
/// Lines end with CRLF, none begins with a dot or ends with a space, there are no two spaces beside each other and no empty
/// line at the end: nothing needs to be changed for DATA (RFC 5321 §4.5.2), BDAT or DKIM's relaxed form (RFC 6376 §3.4.4).
public struct FileWriter: Sendable {
    public let frame: MessageFrame
    public private(set) var bytes: [UInt8] = []
    /// Where the contents of attachments stand: what a page that only shows the mail leaves out.
    public private(set) var attachmentContents: [Range<Int>] = []
    private var isInAttachments = false
    private var isFirst = true
    /// Octets that do not fill a line yet.
    private var rest: [UInt8] = []
    private var contentStart = 0

    /// - Parameter files: in the order in which they will be written: pictures, then attachments. At least one.
    public init(_ files: [MessageFile], identity: String) {
        let pictures = files.count { $0.contentID != nil }
        frame = MessageFrame(
            hasPictures: pictures > 0, hasAttachments: pictures < files.count, identity: identity)
        bytes.reserveCapacity(files.reduce(256) { $0 + Base64.lineLength($1.size) + 1024 })
    }

    /// Begins a file; its content follows in pieces.
    public mutating func begin(_ file: MessageFile) {
        if file.contentID == nil, !isInAttachments {
            isInAttachments = true
            if let related = frame.related {
                append(delimiter: related, isLast: true)
                if let mixed = frame.mixed { append(delimiter: mixed, isLast: false) }
                isFirst = true
            }
        }
        if !isFirst { append(delimiter: isInAttachments ? frame.mixed ?? [] : frame.related ?? [], isLast: false) }
        isFirst = false
        FileHeaders.append(file, to: &bytes)
        contentStart = bytes.count
        rest = []
    }

    /// Pieces of a multiple of 57 octets are the fastest.
    public mutating func append(_ piece: [UInt8]) {
        var piece = piece[...]
        if !rest.isEmpty {
            let missing = Self.line - rest.count
            rest += piece.prefix(missing)
            piece = piece.dropFirst(missing)
            guard rest.count == Self.line else { return }
            appendLines(rest)
            rest = []
        }
        let whole = piece.count / Self.line * Self.line
        if whole > 0 { appendLines(whole == piece.count ? Array(piece) : Array(piece.prefix(whole))) }
        rest = Array(piece.dropFirst(whole))
    }

    public mutating func end() {
        if !rest.isEmpty { appendLines(rest) }
        rest = []
        if bytes.count == contentStart { return }
        if isInAttachments { attachmentContents.append(contentStart..<bytes.count) }
    }

    /// After the last file.
    public mutating func finish() {
        append(delimiter: isInAttachments ? frame.mixed ?? [] : frame.related ?? [], isLast: true)
    }

    /// Octets of a line of 76 characters (RFC 2045 §6.8).
    static let line = 57

    private mutating func appendLines(_ octets: [UInt8]) {
        Base64.appendLines(octets, to: &bytes)
        bytes += [0x0D, 0x0A]
    }

    private mutating func append(delimiter: [UInt8], isLast: Bool) {
        bytes += [0x2D, 0x2D]
        bytes += delimiter
        if isLast { bytes += [0x2D, 0x2D] }
        bytes += [0x0D, 0x0A]
    }
}

/// The header of a part that is a file.
enum FileHeaders {
    static func append(_ file: MessageFile, to bytes: inout [UInt8]) {
        let type = isMediaType(file.mediaType) ? file.mediaType : "application/octet-stream"
        bytes += "Content-Type: \(type);\r\n ".utf8
        appendFallback("name", file.name.text, to: &bytes)
        bytes += "\r\nContent-Transfer-Encoding: base64\r\n".utf8
        bytes += "Content-Disposition: \(file.contentID == nil ? "attachment" : "inline");\r\n ".utf8
        appendParameter("filename", file.name.text, to: &bytes)
        bytes += "\r\n".utf8
        if let id = file.contentID { bytes += "Content-ID: <\(String(id.filter(isIDCharacter)))>\r\n".utf8 }
        bytes += "\r\n".utf8
    }

    /// In quotation marks where it is short and ASCII, else encoded and in pieces (RFC 2231 §3, §4).
    static func appendParameter(_ name: String, _ value: String, to bytes: inout [UInt8]) {
        if isSimple(value) {
            bytes += "\(name)=\"\(value)\"".utf8
            return
        }
        var pieces: [[UInt8]] = []
        var piece: [UInt8] = Array("UTF-8''".utf8)
        for byte in value.utf8 {
            let encoded: [UInt8] =
                isAttributeCharacter(byte) ? [byte] : [UInt8(ascii: "%"), Hex.upper(byte >> 4), Hex.upper(byte & 15)]
            if piece.count + encoded.count > 56 {
                pieces.append(piece)
                piece = []
            }
            piece += encoded
        }
        pieces.append(piece)
        if pieces.count == 1 {
            bytes += "\(name)*=".utf8
            bytes += pieces[0]
            return
        }
        for (number, piece) in pieces.enumerated() {
            if number > 0 { bytes += ";\r\n ".utf8 }
            bytes += "\(name)*\(number)*=".utf8
            bytes += piece
        }
    }

    /// For programs that do not know RFC 2231, most of which read an encoded word here although RFC 2047 §5 forbids it.
    private static func appendFallback(_ name: String, _ value: String, to bytes: inout [UInt8]) {
        bytes += "\(name)=\"".utf8
        if isSimple(value) {
            bytes += value.utf8
        } else {
            var column = name.utf8.count + 3
            EncodedWord.append(value, column: &column, to: &bytes)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isSimple(_ value: String) -> Bool {
        value.utf8.count <= 60 && !value.contains("  ") && !value.contains("=?")
            && value.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    }

    /// RFC 2231 §7, attribute-char.
    private static func isAttributeCharacter(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && !"*'%()<>@,;:\\\"/[]?=".utf8.contains(byte)
    }

    private static func isIDCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "-_.@+".contains(character))
    }

    private static func isMediaType(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return text.utf8.count < 100 && parts.count == 2
            && parts.allSatisfy { part in
                !part.isEmpty
                    && part.utf8.allSatisfy {
                        (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || "-+.".utf8.contains($0)
                    }
            }
    }
}
