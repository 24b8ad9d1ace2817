/// What a negative reply means for the message and for the sender: by enhanced code, then code, then text.
///
/// Codes lie: 5.7.1 is said of a blocked address, of the content and of a recipient's own rules alike. So a few words
/// that leave no doubt come first. Values only: the table of real replies in the tests is the specification.
enum ReplyPolicy {
    static func judgement(of reply: SMTPReply, at step: SMTPStep) -> ReplyJudgement {
        let words = ReplyWords(reply)
        let meaning = meaning(of: reply, step, words)
        return ReplyJudgement(
            meaning: meaning, saysAddressIsUnknown: saysAddressIsUnknown(reply, step, meaning, words),
            asksForLess: words.askToSlowDown(for: reply))
    }

    private static func meaning(of reply: SMTPReply, _ step: SMTPStep, _ words: ReplyWords) -> ReplyMeaning {
        if !reply.isPermanent { return transient(reply, step, words) }
        if step.isBeforeTransaction || step == .reset { return .us }
        if words.askToSlowDown(for: reply) { return .slowDown }
        // Before RCPT nothing can be about the recipient.
        if step == .mail { return isAboutMessage(reply) ? .recipient : .us }
        if words.areSurelyAboutUs { return .us }
        if words.areSurelyAboutRecipient { return .recipient }
        if let enhanced = reply.enhanced, let verdict = byEnhancedCode(enhanced, step, words) { return verdict }
        return words.verdict ?? byCode(reply.code)
    }

    /// RFC 3463 §3.2 and §3.3; RFC 7505 §4.2 for X.1.10.
    private static func saysAddressIsUnknown(
        _ reply: SMTPReply, _ step: SMTPStep, _ meaning: ReplyMeaning, _ words: ReplyWords
    ) -> Bool {
        guard reply.isPermanent, step == .recipient || step == .acceptance, meaning == .recipient else { return false }
        if words.speakOfWhatPasses { return false }
        switch reply.enhanced.map({ ($0.subject, $0.detail) }) {
        case (1, 1)?, (1, 2)?, (1, 3)?, (1, 6)?, (1, 10)?: return true
        // Disabled, and much else: a mailbox at rest, a list that takes mail of members only.
        case (2, 1)?: return words.sayAddressIsUnknown || words.sayAddressIsClosed
        default: return words.sayAddressIsUnknown
        }
    }

    private static func transient(_ reply: SMTPReply, _ step: SMTPStep, _ words: ReplyWords) -> ReplyMeaning {
        if reply.code != 421, words.speakOfGreylisting { return .greylisted }
        // Before RCPT a refusal cannot be about one message, and 421 ends the conversation whatever was said in it. After
        // the dot it answers the message.
        if step != .acceptance, reply.code == 421 || step.isBeforeTransaction || step == .mail { return .slowDown }
        if words.askToSlowDown(for: reply) { return .slowDown }
        return words.nameATime ? .greylisted : .later
    }

    /// The message's size, or a host that takes no mail at all (RFC 7504).
    private static func isAboutMessage(_ reply: SMTPReply) -> Bool {
        reply.code == 552 || reply.code == 521 || reply.enhanced.map { ($0.subject, $0.detail) == (3, 4) } ?? false
    }

    private static func byEnhancedCode(
        _ status: EnhancedStatusCode, _ step: SMTPStep, _ words: ReplyWords
    ) -> ReplyMeaning? {
        switch (status.subject, status.detail) {
        // Bad sender address or domain, sender not authenticated; Microsoft's daily limit of recipients.
        case (1, 7), (1, 8), (1, 90): return .us
        // Bad mailbox, moved, ambiguous, bad domain, null MX.
        case (1, _): return .recipient
        // "Other mailbox status" is where providers put what has no code.
        case (2, 0): return words.verdict ?? .recipient
        // Mailbox disabled, full, list expansion.
        case (2, _): return .recipient
        // Message too big for the system.
        case (3, 4): return .recipient
        // Routing: no answer from host, loop; some providers mean their limits by it.
        case (4, _): return words.verdict ?? .recipient
        // Wrong command or arguments: ours, unless the recipient's syntax is meant.
        case (5, _): return step == .recipient ? words.verdict : .us
        // Content that cannot be converted.
        case (6, _): return .recipient
        case (7, let detail): return byPolicyCode(detail, words)
        default: return nil
        }
    }

    /// Security and policy: hardly ever about the recipient, but where its own rules are meant.
    private static func byPolicyCode(_ detail: Int, _ words: ReplyWords) -> ReplyMeaning {
        switch detail {
        case 0, 1: words.verdict ?? .us
        // Lists that may not be expanded, disabled accounts, a mailbox that changed hands (RFC 7293).
        case 2, 13, 17, 18: words.verdict ?? .recipient
        // Microsoft: groups and mailboxes that take mail from some senders only, a recipient's own blocklist.
        case 12, 121...125, 129...136, 507, 513: .recipient
        default: .us
        }
    }

    private static func byCode(_ code: Int) -> ReplyMeaning {
        switch code {
        // A login is wanted, or our command was not understood.
        case 530, 534, 535, 538, 500, 502, 503, 504: .us
        default: .recipient
        }
    }
}
