internal import Campaigns
internal import Logging
internal import Persistence

/// What becomes of an outcome that the database refuses for what is in it, whoever it is written with.
///
/// It is tried again for some seconds. Then the message is set aside with as little as can be said, for a person to decide;
/// and where not even that is taken, its sender is paused: more of the kind must not leave unseen. Its own connection waits for
/// that, and nobody else does.
extension LedgerWriter {
    /// Makes an outcome durable and, in the same commit, the intent to end the next message.
    ///
    /// - Returns: whether the next message may be ended. If not (it was cancelled or taken over meanwhile, or something of
    ///   this cannot be written down), it has gone back and is in nobody's hands.
    /// - Throws: what keeps everything from being written, at the end of the process.
    func record(_ outcome: Outcome?, then intent: ClaimedMessage?) async throws -> Bool {
        do {
            if try await ask(outcome: outcome, intent: intent).granted { return true }
            if let intent { try await record(.released(intent)) }
        } catch let fault as DatabaseFault where fault.isAboutRows {
            log(fault, outcome?.message ?? intent)
            switch (outcome, intent) {
            case (let outcome?, let next?):
                // It does not wait for the one before it. Should it be the one that is refused, it is so again by itself.
                async let givenBack: Void = record(.released(next))
                try await insist(on: outcome)
                try await givenBack
            case (let outcome?, nil): try await insist(on: outcome)
            case (nil, let message?): try await setAside(.released(message))
            case (nil, nil): throw fault
            }
        }
        return false
    }

    private func record(_ outcome: Outcome) async throws {
        if try await isRefused(outcome, isAlone: false) { try await insist(on: outcome) }
    }

    private func insist(on outcome: Outcome) async throws {
        for pause in pausesAfterRefusal where isPatient && !Task.isCancelled {
            try? await Task.sleep(for: pause)
            if try await !isRefused(outcome) { return }
        }
        try await setAside(outcome)
    }

    private func setAside(_ outcome: Outcome) async throws {
        let message = outcome.message
        var least = outcome.setAside
        if try await isRefused(least) {
            // Perhaps it is the log that does not take it.
            least.isLogged = false
            if try await isRefused(least) { return await pauseSender(of: message) }
        }
        logger.error("A message was set aside", metadata: ["message.id": "\(message.id)", "reason": "\(least.reply)"])
    }

    private func pauseSender(of message: ClaimedMessage) async {
        let sentence = """
            The database refuses to write down what became of mail \(message.id). So that nobody is mailed twice, nothing more is sent. The server's log has the details; resume once they are mended.
            """
        do {
            try await database.write { tx in
                try tx.account(message.accountID).pause(message.senderID, because: sentence)
            }
            logger.warning(
                "A sender was paused", metadata: ["sender.id": "\(message.senderID)", "reason": "\(sentence)"])
        } catch {
            logger.error(
                "A sender cannot be paused", metadata: ["sender.id": "\(message.senderID)", "error": "\(error)"])
        }
    }

    private func isRefused(_ outcome: Outcome, isAlone: Bool = true) async throws -> Bool {
        do {
            _ = try await ask(outcome: outcome, isAlone: isAlone)
            return false
        } catch let fault as DatabaseFault where fault.isAboutRows {
            log(fault, outcome.message)
            return true
        }
    }

    private func log(_ fault: DatabaseFault, _ message: ClaimedMessage?) {
        logger.error(
            "A message cannot be written down; others go on without it",
            metadata: ["message.id": "\(message.map { "\($0.id)" } ?? "")", "error": "\(fault)"])
    }
}
