import Testing
import Vault

@Suite struct `Links that are counted` {
    private let links = MailLinks(siteURL: "https://mail.example", signer: Signer(secret: "a secret for tests only"))

    private func token(_ link: String) -> String { String(link.split(separator: "/").last ?? "") }

    @Test(arguments: [Int64(1), 127, 128, 4_000_000_000, .max])
    func `are recognised again, whatever the ids are`(_ id: Int64) {
        let numbers = ClickNumbers(account: id, content: 2, message: id, link: 0)
        let click = links.click(numbers)
        #expect(click.hasPrefix("https://mail.example/track/click/") && click.hasSuffix("/"))
        #expect(links.click(in: token(click)) == numbers)
        let pixel = links.pixel(account: id, message: 7)
        #expect(pixel.hasPrefix("https://mail.example/track/pixel/"))
        #expect(links.pixel(in: token(pixel)).map { [$0.account, $0.message] } == [id, 7])
    }

    @Test func `are worth nothing when one character is another, and nothing in each other's place`() {
        let click = token(links.click(ClickNumbers(account: 1, content: 2, message: 3, link: 4)))
        for index in click.indices {
            var other = click
            other.replaceSubrange(index...index, with: click[index] == "A" ? "B" : "A")
            #expect(links.click(in: other) == nil)
        }
        #expect(links.pixel(in: click) == nil)
        #expect(links.click(in: token(links.pixel(account: 1, message: 3))) == nil)
        #expect(links.click(in: token(links.view(account: 1, message: 3))) == nil)
        for bad in ["", "A", String(repeating: "A", count: 5000), "https://evil.example", "é"] {
            #expect(links.click(in: bad) == nil && links.pixel(in: bad) == nil)
        }
        let elsewhere = MailLinks(siteURL: "https://mail.example", signer: Signer(secret: "another secret"))
        #expect(elsewhere.click(in: click) == nil)
    }

    /// Computed with Python's hmac: what was sent long ago leads on only as long as none of this changes.
    @Test func `are the same from one version to the next`() {
        let click = ClickNumbers(account: 7, content: 300, message: .max, link: 0)
        #expect(token(links.click(click)) == "B6wC__________9_AGDgPly1bBwCAOeY3sbn7QI")
        #expect(token(links.pixel(account: 7, message: 128)) == "B4ABCw4XIv5C7d7b_65sab7MPQ")
        let unsubscribe = links.unsubscribe(account: 7, campaign: -1, recipient: 127)
        #expect(token(unsubscribe) == "B____________wF_eaalkWRuwqlXRz5yFTPUhQ")
        #expect(token(links.view(account: 7, message: 128)) == "B4ABCBBXPniDY6w4dtnmN8UqlA")
    }
}
