/// Decides about addresses in links and images.
enum URLFilter {
    enum Use {
        case link
        case image
    }

    /// Whether the scheme, as a browser would read it, is allowed. Merge tags count with their fallbacks, so that
    /// `{x|java}script:` is seen for what it can become; an address may begin with a tag.
    static func isAllowed(_ url: String, for use: Use) -> Bool {
        let text = plain(Array(url.utf8)[...])
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")),
            !text[..<colon].contains(where: { "/?#".utf8.contains($0) })
        else { return true }
        let scheme = String(decoding: text[..<colon], as: UTF8.self)
        switch use {
        case .link: return HTMLPolicy.linkSchemes.contains(scheme)
        case .image:
            return HTMLPolicy.imageSchemes.contains(scheme)
                || (scheme == "data" && text[colon...].starts(with: ":image/".utf8))
        }
    }

    /// Lower case, without spaces and controls (browsers skip some of them), fallbacks in the place of their tags.
    private static func plain(_ url: ArraySlice<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        var index = url.startIndex
        // A scheme is at the beginning; a data URL can be megabytes long.
        while index < url.endIndex, text.count < 300 {
            if let tag = MergeMark.tagEnd(in: url, at: index) {
                text += plain(url[tag.fallback])
                index = tag.end
                continue
            }
            let byte = url[index]
            index += 1
            if byte > 0x20, byte != 0x7F { text.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte) }
        }
        return text
    }
}
