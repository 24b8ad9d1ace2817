/// What is known about a campaign before it starts: read, counted and looked up by others, judged by ``Preflight``.
public struct PreflightFacts: Sendable, Hashable {
    /// Recipients with something in common, and some of them.
    public struct Group: Sendable, Hashable {
        public struct Example: Sendable, Hashable {
            public var id: Recipient.ID
            public var email: String

            public init(id: Recipient.ID, email: String) {
                self.id = id
                self.email = email
            }
        }

        public var recipients: Int
        public var examples: [Example]

        public init(recipients: Int = 0, examples: [Example] = []) {
            self.recipients = recipients
            self.examples = examples
        }
    }

    public struct Audience: Sendable, Hashable {
        public var matching = 0
        public var suppressed = 0
        /// Whose address is none.
        public var invalid = Group()
        /// Those who would get a gap in place of a field.
        public var missing: [RecipientField: Group] = [:]

        public init() {}
    }

    public struct Content: Sendable, Hashable {
        public var subject: String
        /// As it will be sent, footer included.
        public var html: String
        /// As it will be sent, made from the HTML where none was written.
        public var text: String
        public var isTextWritten: Bool
        public var getsFooter: Bool
        public var links: [String]
        public var pictures: [Picture]
        /// What goes with each mail.
        public var files: Files

        public struct Files: Sendable, Hashable {
            /// Bytes of all together, and how many are possible.
            public var size: Int
            public var limit: Int
            /// The pictures among them.
            public var pictures: Set<PictureKey>

            public init(size: Int = 0, limit: Int = .max, pictures: Set<PictureKey> = []) {
                self.size = size
                self.limit = limit
                self.pictures = pictures
            }
        }

        public struct Picture: Sendable, Hashable {
            public var source: String
            /// nil: there is no alternative text, not even an empty one.
            public var alternative: String?

            public init(source: String, alternative: String?) {
                self.source = source
                self.alternative = alternative
            }
        }

        public init(
            subject: String, html: String, text: String, isTextWritten: Bool, getsFooter: Bool, links: [String],
            pictures: [Picture], files: Files = Files()
        ) {
            self.subject = subject
            self.html = html
            self.text = text
            self.isTextWritten = isTextWritten
            self.getsFooter = getsFooter
            self.links = links
            self.pictures = pictures
            self.files = files
        }
    }

    public struct Sending: Sendable, Hashable {
        public var isRehearsal: Bool
        public var hasServer: Bool
        /// Whether its mail server is on this machine: it may pass mails on, or keep them for a trial.
        public var isServerHere: Bool
        public var hasFromAddress: Bool
        /// Empty, or why it is paused.
        public var pausedReason: String
        public var maxPerHour: Int
        public var usedInLastHour: Int
        public var spreadsEvenly: Bool
        public var warmUp: WarmUpPlan?
        public var usedInWarmUpDay: Int
        public var domain: Domain

        public init(
            isRehearsal: Bool, hasServer: Bool, isServerHere: Bool = false, hasFromAddress: Bool, pausedReason: String,
            maxPerHour: Int, usedInLastHour: Int, spreadsEvenly: Bool, warmUp: WarmUpPlan?, usedInWarmUpDay: Int,
            domain: Domain
        ) {
            self.isRehearsal = isRehearsal
            self.hasServer = hasServer
            self.isServerHere = isServerHere
            self.hasFromAddress = hasFromAddress
            self.pausedReason = pausedReason
            self.maxPerHour = maxPerHour
            self.usedInLastHour = usedInLastHour
            self.spreadsEvenly = spreadsEvenly
            self.warmUp = warmUp
            self.usedInWarmUpDay = usedInWarmUpDay
            self.domain = domain
        }
    }

    /// What the DNS says about the From address's domain.
    public enum Domain: Sendable, Hashable {
        case notAsked
        case underWay
        /// The DNS says that there is no such domain.
        case missing
        case asked(spf: Standing, signature: Standing, dmarc: Standing)
    }

    public enum Standing: Sendable, Hashable {
        case good, bad
        /// The DNS did not answer.
        case unknown
    }

    /// nil where the template is not there any more.
    public var content: Content?
    /// nil where there is no sender.
    public var sending: Sending?
    public var audience: Audience
    public var hasPostalAddress: Bool
    public var site: Site
    public var now: Instant

    public init(
        content: Content?, sending: Sending?, audience: Audience, hasPostalAddress: Bool, site: Site, now: Instant
    ) {
        self.content = content
        self.sending = sending
        self.audience = audience
        self.hasPostalAddress = hasPostalAddress
        self.site = site
        self.now = now
    }
}
