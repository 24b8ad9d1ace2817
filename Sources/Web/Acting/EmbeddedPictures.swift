import Campaigns
import Foundation
import Mail
import Persistence

/// Pictures that come with a mail, put into its HTML for a page: a sandboxed frame cannot ask for them with a cookie.
///
/// One picture may be named very often, and each time it is there once more. So a page in which there would be more than twice
/// as much as all of them have (and than 10 MB) shows none.
enum EmbeddedPictures {
    /// Addresses `cid:…` of HTML become the pictures of the mail.
    static func shown(_ html: String, of mail: ReceivedMessage) -> String {
        var parts: [PictureKey: ReceivedMessage.Part] = [:]
        for part in mail.parts where shownTypes.contains(part.contentType) {
            guard let key = part.contentID.flatMap({ PictureKey(address: "cid:\($0)") }) else { continue }
            parts[key] = part
        }
        return replacing(
            html, sizes: parts.mapValues(\.bytes.count),
            with: { key in parts[key].map { dataURL($0.contentType, $0.bytes) } }
        )
    }

    /// The same for a template that is being written.
    static func shown(_ html: String, in scope: AccountScope, limit: Int) throws -> String {
        let pictures = try scope.pictures(PictureKey.all(in: html))
        guard pictures.reduce(0, { $0 + $1.size }) <= limit else { return html }
        let files = Dictionary(pictures.map { ($0.pictureKey, $0) }, uniquingKeysWith: { first, _ in first })
        return try replacing(
            html, sizes: files.mapValues(\.size),
            with: { key in try files[key].map { dataURL($0.mediaType, try scope.content(of: $0)) } })
    }

    static let shownTypes: Set<String> = ["image/png", "image/jpeg", "image/gif", "image/webp"]

    /// Octets of pictures that a page may have in any case.
    private static let room = 10 << 20

    private static func dataURL(_ type: String, _ bytes: [UInt8]) -> String {
        "data:\(type);base64,\(Data(bytes).base64EncodedString())"
    }

    private static func replacing(
        _ html: String, sizes: [PictureKey: Int], with url: (PictureKey) throws -> String?
    ) rethrows -> String {
        let source = Array(html.utf8)
        let places = PictureKey.places(in: source).filter { sizes[$0.key] != nil }
        let most = max(room, 2 * sizes.values.reduce(0, +))
        let size = places.reduce(0) { $0 + (sizes[$1.key] ?? 0) }
        guard !places.isEmpty, size <= most else { return html }
        var urls: [PictureKey: String] = [:]
        var shown: [UInt8] = []
        shown.reserveCapacity(source.count + size / 3 * 4 + places.count * 64)
        var position = 0
        for place in places {
            if urls[place.key] == nil { urls[place.key] = try url(place.key) }
            shown += source[position..<place.range.lowerBound]
            if let url = urls[place.key] { shown += url.utf8 } else { shown += source[place.range] }
            position = place.range.upperBound
        }
        shown += source[position...]
        return String(decoding: shown, as: UTF8.self)
    }
}
