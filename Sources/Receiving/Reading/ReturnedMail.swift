internal import Campaigns
internal import Mail
internal import Persistence

/// A mail that came back, read: what it is, and what it says about the message whose address it came to. Tolerant, limited,
/// and linear in its length: anybody can write one.
struct ReturnedMail: Sendable {
    enum Kind: Sendable, Equatable {
        /// A delivery status notification, whether it follows RFC 3464 or an older habit.
        case report
        /// A complaint (RFC 5965).
        case complaint
        /// Somebody is away, or a program answers (RFC 3834).
        case automaticReply
        /// A person's answer, or what nobody understands.
        case other
    }

    let kind: Kind
    /// Recipients of a report that follows RFC 3464.
    private let statuses: [DeliveryStatus]
    /// What a report of another kind says.
    private let sentence: BounceSentence?
    /// Of a complaint: abuse, fraud.
    let feedbackType: String
    /// Where signed tokens of ours may stand in what was sent back.
    let returnedText: [[UInt8]]
    /// Who wrote it, and about what, for people: cleaned and not long.
    let writer: String
    let subject: String

    /// - Parameter bytes: as they came; what was cut off at their end is missed by nobody.
    init(_ bytes: [UInt8]) {
        let message = ReceivedMessage(bytes)
        writer = Words.clean((message.header("From") ?? "").prefix(1000), limit: 200)
        subject = Words.clean(message.subject.prefix(1000), limit: 200)
        let parts = message.parts
        let report = parts.first {
            ["message/delivery-status", "message/global-delivery-status"].contains($0.contentType)
        }
        let feedback = parts.first { $0.contentType == "message/feedback-report" }
        returnedText = parts.filter {
            ["message/rfc822", "message/global", "text/rfc822-headers", "message/feedback-report"].contains(
                $0.contentType)
                || $0.contentType == "message/partial"
        }.map(\.bytes)
        statuses = report.map { ReportFields($0.bytes).groups.compactMap { DeliveryStatus($0) } } ?? []
        if let feedback {
            feedbackType =
                ReportFields(feedback.bytes).groups.lazy.compactMap { $0["feedback-type"] }.first?.lowercased() ?? ""
            (kind, sentence) = (.complaint, nil)
            return
        }
        feedbackType = ""
        guard statuses.isEmpty else {
            (kind, sentence) = (.report, nil)
            return
        }
        let signs = MailSigns(message)
        if signs.isAutomaticReply {
            (kind, sentence) = (.automaticReply, nil)
        } else if report != nil || signs.isFromMailSystem, let found = BounceSentence(Self.explanation(parts), signs) {
            (kind, sentence) = (.report, found)
        } else {
            (kind, sentence) = (signs.isAnswer ? .automaticReply : .other, nil)
        }
    }

    /// The words of a report that is not made for programs.
    private static func explanation(_ parts: [ReceivedMessage.Part]) -> String {
        let part = parts.first { $0.contentType == "text/plain" } ?? parts.first { $0.contentType == "text/html" }
        guard let part else { return "" }
        let text = String(part.text.prefix(32_768))
        return part.contentType == "text/html" ? text.withoutTags : text
    }

    /// Whether it is a complaint that counts; others say "not spam", or are about something else.
    var isComplaint: Bool {
        kind == .complaint && ["abuse", "fraud", "opt-out", "opt-out-list", "complaint"].contains(feedbackType)
    }

    /// What it says about the mail to `email`; `nil` for nothing.
    func notice(about email: String) -> ReturnNotice? {
        if let sentence { return sentence.notice }
        guard let status = status(of: email.lowercased()) else { return nil }
        var words = status.diagnostic.isEmpty ? "" : status.diagnostic
        if let code = status.status, !words.contains(code.description) {
            words = words.isEmpty ? code.description : "\(code) \(words)"
        }
        let scan = StatusScan(status.diagnostic)
        let shown = Words.clean(status.server.isEmpty ? words : "\(words) (\(status.server))")
        switch status.action {
        case .delivered, .relayed, .expanded: return ReturnNotice(.arrived, code: scan.code, words: shown)
        case .delayed: return ReturnNotice(.delayed, code: scan.code, words: shown)
        case .failed:
            // Where the report's own code is vague ("5.0.0"), the other server's is the better one.
            let code = status.status.flatMap { $0.subject == 0 ? nil : $0 } ?? scan.enhanced
            let kind = BounceWords(status.diagnostic).kind(code, code: scan.code)
            return ReturnNotice(.bounced(kind), code: scan.code, words: shown)
        }
    }

    /// Of several recipients the one that the mail went to; else what all of them have in common: that one member of a list
    /// is gone says nothing about the list.
    private func status(of email: String) -> DeliveryStatus? {
        if let own = statuses.first(where: { $0.finalRecipient == email || $0.originalRecipient == email }) {
            return own
        }
        return statuses.first { $0.action != .failed } ?? statuses.first
    }
}

/// What a mail's headers say about who wrote it.
struct MailSigns {
    let subject: String
    private let sender: String
    private let automatic: String
    private let hasFailedRecipients: Bool
    private let hasAnswerHeader: Bool
    private let precedence: String
    private let contentType: String

    init(_ message: ReceivedMessage) {
        func lower(_ name: String) -> String {
            String(decoding: (message.header(name) ?? "").utf8.prefix(2000), as: UTF8.self).lowercased()
        }
        subject = lower("Subject")
        sender = lower("From")
        automatic = lower("Auto-Submitted")
        hasFailedRecipients = message.header("X-Failed-Recipients") != nil
        hasAnswerHeader = ["X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Vacation", "X-Mail-Autoreply"]
            .contains { message.header($0) != nil }
        precedence = lower("Precedence")
        contentType = lower("Content-Type")
    }

    /// Surely no bounce.
    var isAutomaticReply: Bool {
        guard !hasFailedRecipients, !contentType.contains("delivery-status") else { return false }
        return hasAnswerHeader || precedence == "auto_reply" || automatic.hasPrefix("auto-replied (vacation")
            || Self.awayPhrases.areFound(in: Array(subject.utf8))
    }

    /// An automatic answer of some kind, when it is no bounce.
    var isAnswer: Bool { automatic.hasPrefix("auto-") || precedence == "junk" }

    var isFromMailSystem: Bool {
        hasFailedRecipients || contentType.contains("delivery-status")
            || Self.systemSenders.areFound(in: Array(sender.utf8))
            || Self.bounceSubjects.areFound(in: Array(subject.utf8))
    }

    var speaksOfDelay: Bool { Self.delaySubjects.areFound(in: Array(subject.utf8)) }

    private static let awayPhrases: Phrases = [
        "out of office", "out-of-office", "automatic reply", "autoreply", "auto-reply", "auto reply", "autoresponse",
        "abwesenheit", "automatische antwort", "réponse automatique", "respuesta automática", "risposta automatica",
        "on vacation", "away from", "i am away", "nicht im büro", "absence du bureau", "afwezig", "自动回复", "自動返信",
        "автоответ", "autosvar", "fuera de la oficina", "automatisch antwoord", "ausência",
    ]

    private static let systemSenders: Phrases = [
        "mailer-daemon", "mailerdaemon", "mail delivery", "postmaster", "mailadmin", "mail administrator",
        "microsoftexchange", "mail-daemon", "mdaemon", "delivery-notification", "mail system", "daemon@",
        "smtp gateway",
    ]

    private static let bounceSubjects: Phrases = [
        "undeliver", "delivery status notification", "delivery failure", "failure notice", "returned mail",
        "mail delivery failed", "delivery notification", "non remis", "unzustellbar", "mail delivery failure",
        "could not be delivered", "delivery has failed", "nondeliverable", "mail system error", "rejected:",
        "delivery report", "message not delivered", "mail failure", "no se puede entregar", "unknown user",
        "mislukt", "mancata consegna", "delayed", "warning: could not send",
    ]

    private static let delaySubjects: Phrases = [
        "(delay)", "delayed", "warning: could not send", "delayed mail", "still being retried", "verzögert",
    ]
}
