/// Whether a file may go with a mail: by what it is, and by what its name says it is.
public struct FileJudgement: Sendable, Hashable {
    public let name: FileName
    /// `type/subtype`, as the mail says it.
    public let mediaType: String
    /// Whether it can be shown within the mail.
    public let isPicture: Bool

    public struct Problem: Error, Hashable {
        public let userMessage: String
    }

    /// - Parameter head: the first ``FileKind/headLength`` octets, or all of them.
    public init(name raw: String, head: [UInt8]) throws(Problem) {
        let name = FileName(raw)
        self.name = name
        let kind = FileKind(head: head)
        let ending = name.fileExtension
        let wanted = Self.wanted[ending]
        func refusal(_ reason: String) -> Problem { Problem(userMessage: "“\(name.text)” was not taken: \(reason)") }
        switch kind {
        case .empty: throw refusal("it is empty.")
        case .program:
            throw refusal(
                "its content is \(kind.phrase). Programs and scripts are not sent, whatever they are called.")
        case .webPage, .vectorPicture:
            throw refusal("its content is \(kind.phrase), which can run scripts. Send a picture or a PDF instead.")
        default: break
        }
        if Self.refused.contains(ending) {
            throw refusal("files that end in .\(ending) can run as programs. Programs and scripts are not sent.")
        }
        if let wanted, !wanted.contains(kind) {
            throw refusal("it ends in .\(ending), but its content is \(kind.phrase). Give it the name of what it is.")
        }
        mediaType = Self.types[ending].flatMap { wanted == nil ? nil : $0 } ?? Self.mediaType(of: kind)
        isPicture = if case .picture(let type) = kind { ["png", "jpeg", "gif", "webp"].contains(type) } else { false }
    }

    private static func mediaType(of kind: FileKind) -> String {
        switch kind {
        case .picture(let type): "image/\(type)"
        case .pdf: "application/pdf"
        case .zip: "application/zip"
        case .richText: "application/rtf"
        case .archive(let type): "application/\(type)"
        case .audio(let type): "audio/\(type)"
        case .video(let type): "video/\(type)"
        case .text: "text/plain"
        default: "application/octet-stream"
        }
    }

    /// What may be behind an ending; endings that are not here say nothing.
    private enum Family {
        case picture, pdf, zip, older, rich, archive, audio, video, text

        func contains(_ kind: FileKind) -> Bool {
            switch (self, kind) {
            case (.picture, .picture), (.pdf, .pdf), (.zip, .zip), (.older, .compoundDocument), (.older, .richText),
                (.older, .zip), (.rich, .richText), (.archive, .archive), (.audio, .audio), (.video, .video),
                (.audio, .video), (.video, .audio), (.text, .text):
                true
            default: false
            }
        }
    }

    private static let wanted: [String: Family] = {
        var families: [String: Family] = [:]
        for (family, endings) in [
            (.picture, "png jpg jpeg jfif gif webp tif tiff bmp ico avif heic"), (.pdf, "pdf"),
            (.zip, "zip docx xlsx pptx docm xlsm pptm dotx odt ods odp odg epub"), (.older, "doc xls ppt msg"),
            (.rich, "rtf"), (.archive, "gz tgz bz2 xz 7z rar tar"), (.audio, "mp3 wav ogg oga flac m4a"),
            (.video, "mp4 m4v mov avi webm mkv"),
            (.text, "txt csv tsv ics vcf json xml md log eml yaml yml tex srt"),
        ] as [(Family, String)] {
            for ending in endings.split(separator: " ") { families[String(ending)] = family }
        }
        return families
    }()

    /// Where the ending says more than the content does.
    private static let types: [String: String] = [
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "docm": "application/vnd.ms-word.document.macroEnabled.12",
        "xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
        "pptm": "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
        "dotx": "application/vnd.openxmlformats-officedocument.wordprocessingml.template",
        "odt": "application/vnd.oasis.opendocument.text", "ods": "application/vnd.oasis.opendocument.spreadsheet",
        "odp": "application/vnd.oasis.opendocument.presentation", "epub": "application/epub+zip",
        "doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint",
        "msg": "application/vnd.ms-outlook", "csv": "text/csv", "ics": "text/calendar", "vcf": "text/vcard",
        "json": "application/json", "xml": "application/xml", "md": "text/markdown",
        "tsv": "text/tab-separated-values", "eml": "application/octet-stream",
    ]

    /// What systems run at a click, whatever is in it.
    private static let refused: Set<String> = Set(
        """
        ade adp apk appx appxbundle bat cab chm cmd com cpl dll dmg exe hta htm html ins img iso isp jar js jse lib lnk mde
        mjs msc msi msix msp mst nsh pif pl ps1 psm1 py pyw rb reg scf scr sct sh shb svg svgz sys url vb vbe vbs vhd vxd
        wsc wsf wsh xhtml xll
        """.split(whereSeparator: \.isWhitespace).map(String.init))
}
