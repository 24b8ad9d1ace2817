/// What `martlet send` was asked to do.
public struct SendRequest: Sendable {
    /// A CSV file.
    public var recipients: String
    /// An HTML file.
    public var template: String
    /// A text file; nil makes the text from the HTML.
    public var text: String?
    public var subject: String
    /// `ada@example.org` or `Ada <ada@example.org>`.
    public var from: String
    /// nil only for a dry run.
    public var smtp: RelayAddress?
    /// Messages in any 3,600 seconds; nil for no limit of ours.
    public var maxPerHour: Int?
    public var connections: Int
    /// nil: beside the recipients.
    public var ledger: String?
    public var isDryRun: Bool
    /// Whether to stay for messages that the server wants later (greylisting, full mailboxes).
    public var waits: Bool

    public init(
        recipients: String, template: String, text: String? = nil, subject: String, from: String, smtp: RelayAddress?,
        maxPerHour: Int? = nil, connections: Int = 8, ledger: String? = nil, isDryRun: Bool = false, waits: Bool = true
    ) {
        self.recipients = recipients
        self.template = template
        self.text = text
        self.subject = subject
        self.from = from
        self.smtp = smtp
        self.maxPerHour = maxPerHour
        self.connections = connections
        self.ledger = ledger
        self.isDryRun = isDryRun
        self.waits = waits
    }

    var ledgerPath: String { ledger ?? recipients + ".martlet-ledger" }
}
