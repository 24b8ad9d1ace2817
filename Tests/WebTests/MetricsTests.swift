import Foundation
import Persistence
import PersistenceSQLite
import TestSupport
import Testing

@testable import Web

@Suite struct `Metrics` {
    private static let token = "0123456789abcdef0123"

    @Test func `are for the token, or for a site administrator`() async throws {
        try await withSite(configure: { $0.metricsToken = Self.token }) { site in
            let stranger = site.browser()
            let none = try await stranger.get("/metrics")
            #expect(none.status == 401)
            #expect(none.header("WWW-Authenticate")?.hasPrefix("Bearer") == true)
            for wrong in ["Bearer ", "Bearer 0123456789abcdef012", "Bearer \(Self.token)x", "Basic \(Self.token)"] {
                let answer = try await stranger.get("/metrics", [("Authorization", wrong)])
                #expect(answer.status == 401, "\(wrong)")
            }
            let right = try await stranger.get("/metrics", [("Authorization", "Bearer \(Self.token)")])
            #expect(right.status == 200)
            #expect(right.header("Content-Type")?.hasPrefix("text/plain; version=0.0.4") == true)

            let administrator = try await site.member("ada")
            let hers = try await administrator.get("/metrics").status
            #expect(hers == 200)
            let member = try await site.member("bob")
            let his = try await member.get("/metrics").status
            #expect(his == 403)
        }
    }

    @Test func `without a token in the settings none is right`() async throws {
        try await withSite { site in
            let answer = try await site.browser().get("/metrics", [("Authorization", "Bearer ")]).status
            #expect(answer == 401)
        }
    }

    @Test func `count messages by state, and follow Prometheus' format`() async throws {
        try await withSite(configure: { $0.metricsToken = Self.token }) { site in
            let acme = try await SeededAccount(site.database)
            try await acme.addRecipients(3)
            _ = try await acme.startCampaign()
            let text = try await site.browser().get("/metrics", [("Authorization", "Bearer \(Self.token)")]).body
            #expect(text.contains("martlet_campaigns{state=\"scheduled\"} 1\n"))
            #expect(text.contains("# TYPE martlet_attempts_total counter\n"))
            #expect(text.contains("martlet_attempts_total{outcome=\"delivered\"} 0\n"))
            #expect(text.contains("process_resident_memory_bytes "))
            for line in text.split(separator: "\n") where !line.hasPrefix("# ") {
                #expect(
                    line.wholeMatch(of: /[a-z][a-z_]*(\{[a-z]+="[a-z]+"\})? [0-9.]+(e[-+]?[0-9]+)?/) != nil, "\(line)")
            }
            #expect(!text.contains("@") && !text.contains("Acme"))
        }
    }

    /// `docs/telemetry.md` is what people read: nothing may be missing there.
    @Test func `each one is in the documentation`() async throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let document = try String(contentsOf: root.appending(path: "docs/telemetry.md"), encoding: .utf8)
        let delivery = DeliveryTotals(
            sendersAtWork: 1, sendersResting: 1, openConnections: 1, connectionsOpened: 1, limitsMet: 1)
        let names = try await withSite(configure: { $0.metricsToken = Self.token }) { site in
            try await site.browser().get("/metrics", [("Authorization", "Bearer \(Self.token)")]).body
        }
        var metrics = PrometheusText()
        MetricsPage.addDelivery(delivery, to: &metrics)
        for line in (names + metrics.text).split(separator: "\n") where line.hasPrefix("# HELP ") {
            let name = line.split(separator: " ")[2]
            #expect(document.contains("`\(name)"), "\(name)")
        }
    }
}
