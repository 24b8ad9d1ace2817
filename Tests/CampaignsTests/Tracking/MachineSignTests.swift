import Campaigns
import Testing

@Suite struct `Machines that open and click` {
    private static let chrome =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"

    @Test(arguments: [
        (
            "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
            MachineSign.gmailProxy
        ),
        ("YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html", .yahooProxy),
        ("Mozilla/5.0", .applePrivacy), ("", .noAgent), ("  ", .noAgent), ("curl/7.88.1", .program),
        ("python-requests/2.31.0", .program), ("Go-http-client/1.1", .program),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", .program),
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", .previewer), ("WhatsApp/2.23.20.0", .previewer),
        ("Barracuda Sentinel (EE)", .scanner), ("Mozilla/5.0 (compatible; Proofpoint URL Defense)", .scanner),
    ])
    func `are known by what they call themselves`(_ agent: String, _ sign: MachineSign) {
        #expect(RequestSigns(agent: agent).sign == sign)
    }

    @Test(arguments: [
        chrome, "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko)",
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0",
        "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    ])
    func `and people by their programs`(_ agent: String) {
        #expect(RequestSigns(agent: agent).sign == nil)
    }

    @Test func `are known by how they ask`() {
        #expect(RequestSigns(isHead: true, agent: Self.chrome).sign == .head)
        #expect(RequestSigns(agent: Self.chrome, purpose: "prefetch;prerender").sign == .prefetch)
        #expect(RequestSigns(agent: String(repeating: "x", count: 1_000_000)).sign == nil)
    }

    // MARK: Time, and other clicks

    private let delivered = Instant(secondsSince1970: 1_000_000)

    private func hit(_ link: Int64?, after seconds: Double, _ sign: MachineSign? = nil) -> Hits {
        let at = Instant(secondsSince1970: 1_000_000 + seconds)
        return Hits(link: link, sign: sign, first: at, last: at)
    }

    private func signs(_ hits: [Hits], delivered: Instant?) -> [MachineSign?] {
        ReadingJudge(deliveredAt: delivered).judged(hits).map(\.sign)
    }

    @Test func `open within a second of the delivery, or before the server has said that it has the mail`() {
        #expect(signs([hit(nil, after: 0.9)], delivered: delivered) == [.tooSoon])
        #expect(signs([hit(nil, after: 1)], delivered: delivered) == [nil])
        #expect(signs([hit(1, after: 0.5)], delivered: delivered) == [.tooSoon])
        #expect(signs([hit(nil, after: -3)], delivered: delivered) == [.tooSoon])
        #expect(signs([hit(nil, after: 60)], delivered: nil) == [.tooSoon])
        #expect(
            signs([hit(nil, after: 0.5, .gmailProxy)], delivered: delivered) == [.gmailProxy], "the first reason stands"
        )
    }

    @Test func `follow three links within a second; a person follows two`() {
        #expect(signs([hit(1, after: 60), hit(2, after: 60.5)], delivered: delivered) == [nil, nil])
        #expect(
            signs([hit(1, after: 60), hit(2, after: 60.5), hit(3, after: 61)], delivered: delivered)
                == [.manyLinks, .manyLinks, .manyLinks])
        #expect(
            signs([hit(1, after: 60), hit(2, after: 61), hit(3, after: 62), hit(nil, after: 60)], delivered: delivered)
                == [nil, nil, nil, nil])
        // The person who came a little earlier is not taken for the machine.
        #expect(
            signs([hit(9, after: 40), hit(1, after: 60), hit(2, after: 60), hit(3, after: 60)], delivered: delivered)
                == [nil, .manyLinks, .manyLinks, .manyLinks])
    }
}
