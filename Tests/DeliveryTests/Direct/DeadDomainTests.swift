import Campaigns
import Persistence
import TestSupport
import Testing

@testable import Delivery

@Suite(.timeLimit(.minutes(1))) struct `Sending directly: domains that the DNS does not know` {
    private static var options: DirectScene.Options {
        var options = DirectScene.Options()
        options.sinks["127.0.0.2"] = RecordingSMTPSink.Behaviour()
        return options
    }

    @Test func `a DNS that knows no domain fails few, and the sender pauses with a sentence`() async throws {
        let zones = ["b.example": "@ MX 10 main\nmain A 127.0.0.2", "empty.example": "@ TXT nothing"]
        try await DirectScene.with(Self.options, zones: { _ in zones }) { scene in
            let (tally, _) = try await scene.send(to: (1...100).map { "p\($0)@x\($0 % 20).empty.example" })
            let failed = DomainWatch.firstWindow / 2 - 1
            #expect(tally[.failed] == failed && tally[.ready] == 100 - failed)
            let (account, sender) = (scene.account.account, scene.account.sender)
            let (reason, suppressed) = try await scene.harness.database.read { tx in
                (try tx.anySender(sender)?.pausedReason ?? "", try tx.account(account).suppressionCount())
            }
            #expect(reason.contains("Of the last 25 mails, 25 had nowhere to go"), "\(reason)")
            #expect(suppressed == 0)
        }
    }

    @Test func `whoever lets a sender go on is asked less and less often`() {
        let watch = DomainWatch()
        func failuresUntilItTrips() -> Int {
            watch.begin()
            return (1...1000).first { watch.note("gone\($0 % 9).example", isDead: true) != nil } ?? 0
        }
        #expect(failuresUntilItTrips() == 25)
        #expect(failuresUntilItTrips() == 100)
        #expect(failuresUntilItTrips() == 400)
    }

    @Test func `one dead domain may have as many recipients as it likes`() async throws {
        let zones = ["b.example": "@ MX 10 main\nmain A 127.0.0.2", "empty.example": "@ TXT nothing"]
        try await DirectScene.with(Self.options, zones: { _ in zones }) { scene in
            let emails = (1...70).map { "p\($0)@gone.empty.example" } + (1...5).map { "q\($0)@b.example" }
            let (tally, _) = try await scene.send(to: emails)
            #expect(tally[.failed] == 70 && tally[.delivered] == 5)
        }
    }
}
