import Campaigns
import Foundation
import Mail
import Persistence

/// Pictures that come with a mail, put into its HTML for a page: a sandboxed frame cannot ask for them with a cookie.
enum EmbeddedPictures {
    /// Addresses `cid:…` of HTML become the pictures of the mail.
    static func shown(_ html: String, of mail: ReceivedMessage) -> String {
        replacing(
            html,
            with: mail.parts.compactMap { part in
                guard let id = part.contentID, !id.isEmpty, shownTypes.contains(part.contentType) else { return nil }
                return ("cid:\(id)", dataURL(part.contentType, part.bytes))
            })
    }

    /// The same for a template that is being written.
    static func shown(_ html: String, in scope: AccountScope, limit: Int) throws -> String {
        let pictures = try scope.pictures(PictureKey.all(in: html))
        guard pictures.reduce(0, { $0 + $1.size }) <= limit else { return html }
        return replacing(
            html, with: try pictures.map { ($0.pictureKey.address, dataURL($0.mediaType, try scope.content(of: $0))) })
    }

    static let shownTypes: Set<String> = ["image/png", "image/jpeg", "image/gif", "image/webp"]

    private static func dataURL(_ type: String, _ bytes: [UInt8]) -> String {
        "data:\(type);base64,\(Data(bytes).base64EncodedString())"
    }

    private static func replacing(_ html: String, with pictures: [(address: String, url: String)]) -> String {
        var html = html
        for (address, url) in pictures { html = html.replacingOccurrences(of: address, with: url) }
        return html
    }
}
