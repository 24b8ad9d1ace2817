import Campaigns
import Foundation
import Mail
import Testing

@testable import Web

@Suite struct `Pictures in a mail that a page shows` {
    private let key = PictureKey(hash: [UInt8](repeating: 7, count: 32))

    private func mail(_ html: String, picture: [UInt8]) -> ReceivedMessage {
        let parts = [
            "Content-Type: text/html\r\n\r\n\(html)",
            """
            Content-Type: image/png\r\nContent-ID: <\(key.contentID)>\r\nContent-Transfer-Encoding: base64\r\n\r\n\
            \(Data(picture).base64EncodedString())
            """,
        ]
        let body = parts.map { "--B\r\n\($0)\r\n" }.joined() + "--B--\r\n"
        return ReceivedMessage(
            Array("MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=B\r\n\r\n\(body)".utf8))
    }

    @Test func `stand in it where it names them`() throws {
        let html = "<img src='\(key.address)'><p>a</p><img src='\(key.address)'><img src='cid:other'>"
        let mail = mail(html, picture: [1, 2, 3])
        let url = "data:image/png;base64,AQID"
        #expect(
            EmbeddedPictures.shown(html, of: mail)
                == "<img src='\(url)'><p>a</p><img src='\(url)'><img src='cid:other'>")
    }

    @Test func `are left out where they are named so often that nobody could show them`() throws {
        let html = String(repeating: "<img src='\(key.address)'>", count: 1_000)
        let mail = mail(html, picture: [UInt8](repeating: 1, count: 100_000))
        #expect(EmbeddedPictures.shown(html, of: mail) == html)
        let few = "<img src='\(key.address)'>"
        #expect(EmbeddedPictures.shown(few, of: mail).utf8.count > 130_000)
    }
}
