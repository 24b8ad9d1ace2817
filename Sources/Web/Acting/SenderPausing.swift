import Campaigns
import Logging
import Persistence

/// Stops a sender by hand, or lets it go on; nobody fails because of it.
struct SenderPausing {
    let actor: any Acting
    let sender: Sender.ID

    func pause() async throws {
        let reason = "\(actor.userName) has paused it."
        try await actor.write { [sender] in try $0.pause(sender, because: reason) }
        actor.site.wake()
        actor.logger.info("Sender paused by hand", metadata: ["sender.id": "\(sender)"])
    }

    func resume() async throws {
        try await actor.write { [sender] in try $0.pause(sender, because: nil) }
        actor.site.wake()
        actor.logger.info("Sender resumed", metadata: ["sender.id": "\(sender)"])
    }
}
