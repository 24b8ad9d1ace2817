internal import Campaigns
internal import NIOCore

/// Accepts every mail and sends none. What would have been sent can be read in Martlet: the ledger makes the same bytes again.
struct RehearsalTransport: MailTransport {
    func open() async throws(TransportFault) -> any MailConversation { Conversation() }

    private struct Conversation: MailConversation {
        func offer(_ letter: Letter) async -> Offer { .goAhead }

        func deliver(
            _ message: [UInt8], enclosure: ByteBuffer?, next: Letter?
        ) async -> (result: AttemptResult, next: Offer?) {
            (
                AttemptResult(
                    verdict: .delivered, code: nil, reply: Rehearsal.reply, step: "message"),
                next == nil ? nil : .goAhead
            )
        }

        func abort() async {}
        func close() async {}
    }
}
