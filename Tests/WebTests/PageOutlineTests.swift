import Foundation
import Testing

@testable import Web

/// Each page has a file in `Tests/Outlines` that says what is on it. After a change that is meant, run the tests with
/// `MARTLET_RECORD_OUTLINES=1` and look at the difference before it is committed.
@Suite struct `What is on a page` {
    static let pages = [
        "/recipients/", "/recipients/create/", "/recipients/upload/", "/templates/", "/templates/designs/",
        "/templates/create/", "/campaigns/", "/campaigns/calendar/?month=2026-02", "/campaigns/compare/",
        "/campaigns/create/", "/notices/", "/emails/", "/emails/create/", "/logs/", "/accounts/password_change/",
        "/profile/tokens/", "/profile/tracking/", "/profile/account/", "/suppressions/", "/suppressions/add/",
        "/suppressions/import/",
        "/suppressions/removed/",
    ]

    private static let folder =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path + "/Outlines/"

    private func compare(_ html: String, with name: String) throws {
        let outline = PageOutline(html).text
        let file = Self.folder + name + ".txt"
        if ProcessInfo.processInfo.environment["MARTLET_RECORD_OUTLINES"] != nil {
            try Data(outline.utf8).write(to: URL(fileURLWithPath: file))
        }
        let known = try String(contentsOfFile: file, encoding: .utf8)
        let (found, wanted) = (outline.split(separator: "\n"), known.split(separator: "\n"))
        #expect(found == wanted, "\(found.difference(from: wanted).map { "\($0)" }.joined(separator: "\n"))")
    }

    private static func fileName(_ path: String) -> String {
        path.prefix { $0 != "?" }.split(separator: "/").joined(separator: "-")
    }

    @Test(arguments: pages) func `is what its outline says, with rows and without`(_ path: String) async throws {
        try await withSite { site in
            let ada = try await site.member("ada")
            let empty = try await ada.get(path)
            #expect(empty.status == 200)
            try compare(empty.body, with: Self.fileName(path))
            let account = try await site.equip("ada")
            _ = try await site.draft(account)
            _ = try await site.startedCampaign(account)
            try compare(try await ada.get(path).body, with: Self.fileName(path) + "-with-rows")
        }
    }

    @Test(arguments: ["/accounts/login/", "/accounts/register/"])
    func `is what its outline says for somebody who is not logged in`(_ path: String) async throws {
        try await withSite { site in
            try compare(try await site.browser().get(path).body, with: Self.fileName(path))
        }
    }
}
