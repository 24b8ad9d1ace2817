public import Campaigns
public import DomainChecks
public import Persistence

/// Tries a sender's settings against its real server. `Server` implements it with the SMTP module, which `Web` may
/// not import.
public protocol SenderTesting: Sendable {
    /// Connects, encrypts and logs in, then says goodbye.
    func testConnection(_ settings: SenderSettings) async -> SenderTestResult

    /// The same, and sends one short mail to the address.
    func sendTestMail(_ settings: SenderSettings, to address: String) async -> SenderTestResult

    /// Sends this very mail to one address.
    func send(_ mail: [UInt8], to address: String, by settings: SenderSettings) async -> SenderTestResult

    /// What the DNS says about the names that receivers see, within a few seconds.
    func checkNames(_ settings: SenderSettings) async -> [NameFinding]
}

/// How an account sends, as the settings page knows it. The password is plain here and sealed in the database.
public struct SenderSettings: Sendable {
    public var account: Account.ID
    public var kind: SenderRecord.Kind
    public var host: String
    public var port: Int
    public var security: SenderRecord.Security
    public var userName: String
    /// The password, or the OAuth token.
    public var password: String
    public var login: SenderRecord.Login
    public var verifiesCertificate: Bool
    public var fromName: String
    public var fromEmail: String
    /// What EHLO says; empty for the machine's name.
    public var helloName: String
    /// Where bounces go; empty for the From address.
    public var returnDomain: String

    public init(
        account: Account.ID, kind: SenderRecord.Kind = .smtp, host: String, port: Int, security: SenderRecord.Security,
        userName: String,
        password: String, login: SenderRecord.Login = .password, verifiesCertificate: Bool, fromName: String,
        fromEmail: String, helloName: String = "", returnDomain: String = ""
    ) {
        self.account = account
        self.kind = kind
        self.host = host
        self.port = port
        self.security = security
        self.userName = userName
        self.password = password
        self.login = login
        self.verifiesCertificate = verifiesCertificate
        self.fromName = fromName
        self.fromEmail = fromEmail
        self.helloName = helloName
        self.returnDomain = returnDomain
    }
}

/// What a test of a sender brought.
public struct SenderTestResult: Sendable {
    public var isSuccess: Bool
    /// One sentence: what worked, or what is wrong and what to do.
    public var sentence: String
    /// The server's answers, line by line, without any secret.
    public var transcript: [String]

    public init(isSuccess: Bool, sentence: String, transcript: [String] = []) {
        self.isSuccess = isSuccess
        self.sentence = sentence
        self.transcript = transcript
    }
}
