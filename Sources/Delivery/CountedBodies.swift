internal import Campaigns
internal import Markup
internal import Persistence
internal import Vault

/// The two bodies of a mail, compiled.
struct MailBodies: Sendable {
    let html: MergeBody
    let text: MergeBody

    init(html: String, text: String, inHTML: [MergeReplacement] = [], inText: [MergeReplacement] = []) {
        self.html = MergeBody(MergeTemplate(html, as: .html, replacing: inHTML))
        self.text = MergeBody(MergeTemplate(text, as: .text, replacing: inText))
    }
}

/// Bodies in which links lead through us and a picture tells that the mail was opened.
struct CountedBodies: Sendable {
    let bodies: MailBodies
    private let content: Int64
    /// The numbers of the links that the mail has, in the order of its addresses.
    private let links: [Int64]
    private let hasPicture: Bool

    /// Which links are counted was written down when the content was frozen: a later version that would find others still
    /// writes the same mail.
    ///
    /// - Parameter text: the text part, which it takes some time to make.
    init?(_ content: ContentRecord, text: String, links: [(number: Int64, url: String)]) {
        guard content.tracksOpens || content.tracksClicks && !links.isEmpty else { return nil }
        self.content = content.id.rawValue
        let numbers = Dictionary(links.map { ($0.url, $0.number) }, uniquingKeysWith: { first, _ in first })
        var used: [Int64] = []
        var places: [Int64: Int] = [:]
        func replacements(_ found: [LinkPlace]) -> [MergeReplacement] {
            guard content.tracksClicks else { return [] }
            return found.compactMap { place in
                guard let number = numbers[place.url] else { return nil }
                let address = places[number] ?? used.count
                if address == used.count {
                    places[number] = address
                    used.append(number)
                }
                return MergeReplacement(range: place.range, address: address)
            }
        }
        var inHTML = replacements(linkPlaces(inHTML: content.html))
        let inText = replacements(linkPlaces(inText: text))
        hasPicture = content.tracksOpens && !content.html.isEmpty
        if hasPicture {
            let place = placeForPicture(inHTML: content.html)
            inHTML.append(
                MergeReplacement(
                    range: place..<place, address: used.count, before: "<img src=\"",
                    after: "\" width=\"1\" height=\"1\" alt=\"\" style=\"display:block;width:1px;height:1px;border:0\">"
                ))
            inHTML.sort { $0.range.lowerBound < $1.range.lowerBound }
        }
        self.links = used
        bodies = MailBodies(html: content.html, text: text, inHTML: inHTML, inText: inText)
    }

    /// The addresses that only this mail has.
    func addresses(_ message: ClaimedMessage, _ site: MailLinks) -> MergeAddresses {
        let count = links.count + (hasPicture ? 1 : 0)
        var addresses = MergeAddresses(capacity: count, octets: count * (site.siteURL.utf8.count + 64))
        for link in links {
            let numbers = ClickNumbers(
                account: message.accountID.rawValue, content: content, message: message.id.rawValue, link: link)
            addresses.append { site.appendClick(numbers, to: &$0) }
        }
        if hasPicture {
            addresses.append {
                site.appendPixel(account: message.accountID.rawValue, message: message.id.rawValue, to: &$0)
            }
        }
        return addresses
    }
}

extension ContentRecord {
    /// The text part: the author's, or made from the HTML.
    var writtenText: String { Self.writtenText(html: html, plainText: plainText) }

    private static func writtenText(html: String, plainText: String) -> String {
        plainText.isEmpty ? Markup.plainText(fromHTML: html) : plainText
    }

    /// The addresses of all links that may be counted, each once, in the order in which a reader meets them.
    static func countableLinks(html: String, plainText: String) -> [String] {
        var seen: Set<String> = []
        var urls: [String] = []
        for place in linkPlaces(inHTML: html) + linkPlaces(inText: writtenText(html: html, plainText: plainText))
        where urls.count < Self.mostLinks && LinkTarget.isCountable(place.url) && seen.insert(place.url).inserted {
            urls.append(place.url)
        }
        return urls
    }

    /// More are left as they are.
    private static let mostLinks = 1000
}
