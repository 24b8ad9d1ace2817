import Campaigns
import Logging
import Persistence
import Vault

/// A mail to somebody who looks at it: by the sender's own way, beside the ledger, within its limits.
struct TestMail {
    let actor: any Acting
    let sender: SenderRecord?
    let address: String

    /// - Parameters:
    ///   - about: what the log says of it.
    ///   - write: makes the mail; called only when it may be sent.
    func send(_ about: Logger.Metadata, _ write: () async throws -> [UInt8]) async throws -> SenderTestResult {
        func refuse(_ sentence: String) -> SenderTestResult { SenderTestResult(isSuccess: false, sentence: sentence) }
        guard let sender else { return refuse("This account has no sender yet. Set it up in the sender settings.") }
        if sender.kind == .rehearsal {
            return refuse("In a rehearsal nothing leaves this server: the mail is what the preview shows.")
        }
        if let problem = SenderReadiness(sender).problem { return refuse(Catalogue.english.text(problem)) }
        let subject = "account \(actor.account)"
        let wait = try await actor.site.database.write {
            try $0.tryOnce("sender_test", by: subject, limit: SenderTest.limit, within: .seconds(60))
        }
        guard wait == nil else { return refuse("Too many tests. Please wait a minute and try again.") }
        guard try await actor.write({ try $0.takeRoom(of: sender.id) }) else {
            return refuse("The sender's limit is used up. Please wait until it has room again.")
        }
        let mail = try await write()
        do throws(SealingProblem) {
            let settings = try SenderSettings(sender, sealer: actor.site.sealer)
            let result = await actor.site.senderTesting.send(mail, to: address, by: settings)
            actor.logger.info(
                "Test mail sent",
                metadata: about.merging(["test.success": "\(result.isSuccess)"]) { first, _ in first })
            return result
        } catch { return refuse(error.userMessage) }
    }
}

extension Flash {
    /// A test's result, waiting for the page that shows it.
    init(_ result: SenderTestResult, of address: String, at place: String) {
        self.init(
            kind: result.isSuccess ? .success : .error, sentence: Phrase(sentence: result.sentence), place: place,
            lines: [address] + result.transcript.prefix(50).map { String($0.prefix(500)) })
    }
}

extension SenderTestResult {
    /// As it was kept.
    init(_ flash: Flash) {
        self.init(
            isSuccess: flash.kind == .success, sentence: flash.sentence.key,
            transcript: Array((flash.lines ?? []).dropFirst()))
    }
}
