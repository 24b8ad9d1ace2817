/// What a file is, told from its first octets and never from what somebody calls it.
public enum FileKind: Sendable, Hashable {
    /// A picture, with its subtype.
    case picture(String)
    case pdf
    /// A ZIP container: an archive, or a document of an office program.
    case zip
    /// Documents of older office programs.
    case compoundDocument
    case richText
    case archive(String)
    case audio(String)
    case video(String)
    /// UTF-8 or another text without NUL.
    case text
    /// HTML and SVG run scripts.
    case webPage
    case vectorPicture
    case program(Program)
    case empty
    case unknown

    public enum Program: Sendable, Hashable {
        case windows, linux, macOS, java, android, webAssembly, script, shortcut, help, cabinet, diskImage
    }

    /// How many octets of a file are looked at.
    public static let headLength = 4096

    /// - Parameter head: the first ``headLength`` octets, or all of them.
    public init(head: [UInt8]) {
        self = Self.binary(head) ?? Self.written(head)
    }

    private static func binary(_ head: [UInt8]) -> FileKind? {
        if head.isEmpty { return .empty }
        for (magic, offset, kind) in signatures where head.dropFirst(offset).starts(with: magic) { return kind }
        // Two letters may begin a text as well, which has no NUL.
        if head.starts(with: [0x4D, 0x5A]) || head.starts(with: [0x5A, 0x4D]), head.contains(0) || head.count < 64 {
            return .program(.windows)
        }
        if head.count >= 14, head.starts(with: [0x42, 0x4D]), head[6..<10].allSatisfy({ $0 == 0 }) {
            return .picture("bmp")
        }
        if head.starts(with: Array("RIFF".utf8)), head.count >= 12 {
            switch String(decoding: head[8..<12], as: UTF8.self) {
            case "WEBP": return .picture("webp")
            case "WAVE": return .audio("wav")
            case "AVI ": return .video("x-msvideo")
            default: return .unknown
            }
        }
        if head.count >= 12, head[4..<8].elementsEqual("ftyp".utf8) {
            switch String(decoding: head[8..<12], as: UTF8.self) {
            case "avif", "avis": return .picture("avif")
            case "heic", "heix", "hevc", "mif1": return .picture("heic")
            case "M4A ": return .audio("mp4")
            case "qt  ": return .video("quicktime")
            default: return .video("mp4")
            }
        }
        if head.starts(with: [0x50, 0x4B, 3, 4]) || head.starts(with: [0x50, 0x4B, 5, 6]) { return zip(head) }
        // MPEG audio: eleven bits set, then a layer that is one.
        if head.count > 2, head[0] == 0xFF, head[1] != 0xFE, head[1] & 0xE0 == 0xE0, head[1] & 0x06 != 0,
            head[2] & 0xF0 != 0xF0
        {
            return .audio("mpeg")
        }
        return nil
    }

    /// Java's archives and Android's apps are programs; their entries tell them.
    private static func zip(_ head: [UInt8]) -> FileKind {
        let text = String(decoding: head, as: UTF8.self)
        if text.contains("AndroidManifest.xml") || text.contains("classes.dex") { return .program(.android) }
        if text.contains("META-INF/MANIFEST.MF") { return .program(.java) }
        return .zip
    }

    private static func written(_ head: [UInt8]) -> FileKind {
        var bytes = head[...]
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        let isWide = head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF])
        if bytes.starts(with: Array("#!".utf8)) { return .program(.script) }
        // Of UTF-16 every other octet is left: enough to know markup by.
        let plain = isWide ? bytes.dropFirst(2).filter { $0 != 0 } : Array(bytes)
        if plain.contains(0) { return .unknown }
        let controls = plain.count { $0 < 0x20 && ![0x09, 0x0A, 0x0C, 0x0D, 0x1B].contains($0) }
        if controls > 0 { return .unknown }
        let start = String(decoding: plain, as: UTF8.self).lowercased()
        let words = start.drop { $0.isWhitespace }
        for tag in ["<!doctype html", "<html", "<head", "<body", "<script", "<iframe"] where words.hasPrefix(tag) {
            return .webPage
        }
        if start.contains("<svg") { return .vectorPicture }
        if start.contains("<script") || start.contains("<html") { return .webPage }
        return .text
    }

    private static let signatures: [([UInt8], Int, FileKind)] = [
        ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], 0, .picture("png")),
        ([0xFF, 0xD8, 0xFF], 0, .picture("jpeg")),
        (Array("GIF87a".utf8), 0, .picture("gif")), (Array("GIF89a".utf8), 0, .picture("gif")),
        ([0x49, 0x49, 0x2A, 0], 0, .picture("tiff")), ([0x4D, 0x4D, 0, 0x2A], 0, .picture("tiff")),
        ([0, 0, 1, 0], 0, .picture("vnd.microsoft.icon")),
        (Array("%PDF-".utf8), 0, .pdf),
        ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], 0, .compoundDocument),
        (Array("{\\rtf".utf8), 0, .richText),
        ([0x1F, 0x8B], 0, .archive("gzip")), (Array("BZh".utf8), 0, .archive("x-bzip2")),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], 0, .archive("x-xz")),
        ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], 0, .archive("x-7z-compressed")),
        (Array("Rar!".utf8), 0, .archive("vnd.rar")), (Array("ustar".utf8), 257, .archive("x-tar")),
        (Array("ID3".utf8), 0, .audio("mpeg")), (Array("OggS".utf8), 0, .audio("ogg")),
        (Array("fLaC".utf8), 0, .audio("flac")),
        ([0x1A, 0x45, 0xDF, 0xA3], 0, .video("webm")),
        ([0x7F, 0x45, 0x4C, 0x46], 0, .program(.linux)),
        ([0xCA, 0xFE, 0xBA, 0xBE], 0, .program(.java)),
        ([0xFE, 0xED, 0xFA, 0xCE], 0, .program(.macOS)), ([0xFE, 0xED, 0xFA, 0xCF], 0, .program(.macOS)),
        ([0xCE, 0xFA, 0xED, 0xFE], 0, .program(.macOS)), ([0xCF, 0xFA, 0xED, 0xFE], 0, .program(.macOS)),
        ([0, 0x61, 0x73, 0x6D], 0, .program(.webAssembly)), (Array("dex\n".utf8), 0, .program(.android)),
        ([0x4C, 0, 0, 0, 1, 0x14, 2, 0], 0, .program(.shortcut)),
        (Array("ITSF".utf8), 0, .program(.help)), (Array("MSCF".utf8), 0, .program(.cabinet)),
    ]

    /// For the sentence "its content is …".
    public var phrase: String {
        switch self {
        case .picture: "a picture"
        case .pdf: "a PDF document"
        case .zip: "a ZIP archive"
        case .compoundDocument: "a document of an older office program"
        case .richText: "an RTF document"
        case .archive: "an archive"
        case .audio: "a sound"
        case .video: "a film"
        case .text: "plain text"
        case .webPage: "a web page"
        case .vectorPicture: "an SVG drawing"
        case .empty: "nothing"
        case .unknown: "of an unknown kind"
        case .program(let program): program.phrase
        }
    }
}

extension FileKind.Program {
    fileprivate var phrase: String {
        switch self {
        case .windows: "a program for Windows"
        case .linux: "a program for Linux"
        case .macOS: "a program for macOS"
        case .java: "a Java program"
        case .android: "an Android app"
        case .webAssembly: "a WebAssembly program"
        case .script: "a script"
        case .shortcut: "a Windows shortcut"
        case .help: "a compiled help file"
        case .cabinet: "a Windows cabinet"
        case .diskImage: "a disk image"
        }
    }
}
