/// A mail that is in no ledger: what a campaign that has not begun would send to somebody, for looking at it or for a test.
public struct DraftMail: Sendable {
    /// Whose it would be: names the campaign in headers, and its files go with it. ``noCampaign`` for a template's test.
    public var campaign: Campaign.ID
    public var subject: String
    public var html: String
    public var plainText: String
    public var fromName: String
    public var fromEmail: String
    /// Where answers go; empty for the From address.
    public var replyTo = ""
    /// Whose values stand in it.
    public var fields: RecipientFields
    /// Where it goes.
    public var email: String
    /// Says so in its subject and a header, so that nobody takes it for the real one.
    public var isTest: Bool
    public var date: Instant
    /// Whose files go with it: those of a frozen content, or else those of a template and of the campaign itself.
    public var content: Content.ID?
    public var template: Template.ID?
    /// Tells two tests from each other; the same number makes the same bytes.
    public var number: Int64

    public init(
        campaign: Campaign.ID, subject: String, html: String, plainText: String, fromName: String, fromEmail: String,
        fields: RecipientFields, email: String, isTest: Bool, date: Instant, number: Int64
    ) {
        self.campaign = campaign
        self.subject = subject
        self.html = html
        self.plainText = plainText
        self.fromName = fromName
        self.fromEmail = fromEmail
        self.fields = fields
        self.email = email
        self.isTest = isTest
        self.date = date
        self.number = number
    }

    /// No campaign has this number.
    public static let noCampaign = Campaign.ID(rawValue: 0)

    /// Where the links lead that a real mail has for its recipient alone: to a page that says so, and changes nothing.
    public static let linkToken = "test"
}
