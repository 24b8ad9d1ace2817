import Campaigns
import NIOHTTP1
import Persistence
import PersistenceSQLite
import Vault

@testable import Web

/// A campaign of three whose mails were delivered a minute ago, with two links.
struct ReadMails {
    let site: TestSite
    let owner: TestBrowser
    let account: FurnishedAccount
    let campaign: Campaign.ID
    let messages: [Message.ID]
    let content: Content.ID

    init(_ site: TestSite) async throws {
        self.site = site
        owner = try await site.member("ada")
        let account = try await site.equip("ada")
        let campaign = try await site.startedCampaign(account)
        self.account = account
        self.campaign = campaign
        content = try await site.database.write { tx in
            let scope = tx.account(account.account)
            try scope.freezeTracking(of: campaign) { _ in
                ["https://shop.example/?for={first_name}", "https://shop.example/plain"]
            }
            return try scope.campaign(campaign)!.contentID!
        }
        try await site.put(3, of: account, into: .delivered)
        messages = try await site.database.write { tx in
            try tx.run("UPDATE message SET ended_at = ended_at - 60000000")
            return try tx.rows("SELECT id FROM message WHERE campaign_id = \(campaign) ORDER BY id") { try $0.id(0) }
        }
    }

    func pixel(_ index: Int) -> String {
        site.links.pixel(account: account.account.rawValue, message: messages[index].rawValue)
    }

    func click(_ index: Int, _ link: Int64) -> String { site.links.click(numbers(index, link)) }

    func numbers(_ index: Int, _ link: Int64, content other: Content.ID? = nil) -> ClickNumbers {
        ClickNumbers(
            account: account.account.rawValue, content: (other ?? content).rawValue, message: messages[index].rawValue,
            link: link)
    }

    /// A campaign that begins now, with two links.
    func startAnother() async throws -> Content.ID {
        let campaign = try await site.startedCampaign(account, name: "December")
        return try await site.database.write { [account] tx in
            let scope = tx.account(account.account)
            try scope.freezeTracking(of: campaign) { _ in ["https://shop.example/", "https://shop.example/later"] }
            return try scope.campaign(campaign)!.contentID!
        }
    }

    func tally() async throws -> ReadingTally {
        try await site.database.read { [account, campaign] in try $0.account(account.account).readings(of: campaign) }
    }
}

func withReadMails(_ body: (TestSite, ReadMails) async throws -> Void) async throws {
    try await withSite { site in try await body(site, try await ReadMails(site)) }
}

extension TestBrowser {
    /// A person's browser, as it says itself.
    static let chrome = (
        "User-Agent",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
    )

    /// Comes again as often as it is asked to, as browsers do.
    func follow(
        _ path: String, _ headers: [(String, String)] = [], _ method: HTTPMethod = .GET
    ) async throws -> Answer {
        let address = path.split(separator: "?")[0]
        var answer = try await send(method, path, headers, body: nil)
        while answer.location?.hasPrefix("?try=") == true || answer.header("Refresh") != nil {
            answer = try await send(method, address + (answer.location ?? "?try=4"), headers, body: nil)
        }
        return answer
    }
}
