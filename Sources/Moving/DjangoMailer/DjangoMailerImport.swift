internal import Campaigns
internal import Mail
public import Persistence
public import Vault

/// Brings a djangoMailer's users, with all that is theirs, into this installation. Nothing is sent by it: what would still
/// be sent becomes drafts and paused campaigns that a person has to start.
///
/// First all rows go into a stage, an SQLite file beside; then account after account is written, in pieces that are one
/// transaction each and remembered by the origin's ids. After a kill the same command goes on, and a second one adds nothing.
public struct DjangoMailerImport: Sendable {
    public struct Settings: Sendable {
        /// nil: djangoMailer's own default is tried.
        public var keys: FernetKeys?
        public var isDryRun: Bool

        public init(keys: FernetKeys?, isDryRun: Bool) {
            self.keys = keys
            self.isDryRun = isDryRun
        }
    }

    /// The key that djangoMailer uses where none is configured; it stands in its public source.
    static let publishedKey = "RKJw8xGzJoaVKMhJzGQrNqP0YXx0K8vZ9tC7BnMxQWE="
    static let batch = 5000

    let target: any Database
    let stage: any Database
    let sealer: Sealer
    let settings: Settings
    let progress: @Sendable (String) -> Void

    /// - Parameters:
    ///   - target: the installation's database, migrated.
    ///   - stage: an empty SQLite database, migrated with `Migration.originStage`.
    public init(
        into target: any Database, stage: any Database, sealer: Sealer, settings: Settings,
        progress: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.target = target
        self.stage = stage
        self.sealer = sealer
        self.settings = settings
        self.progress = progress
    }

    /// - Throws: ``CopyProblem`` for a source that cannot be read; nothing has been written then.
    public func run(from source: some DjangoMailerSource) async throws -> DjangoMailerCounts {
        let progress = progress
        try await DjangoMailerStaging.run(from: source, into: stage) { progress("Reading: \($0) rows") }
        guard let installation = try await stage.read({ tx in try tx.stagedFact("installation") }) else {
            throw CopyProblem.noTable("django_migrations")
        }
        var counts = DjangoMailerCounts(isDryRun: settings.isDryRun)
        let users = try await stage.read { tx in try tx.stagedUsers() }
        let known = try await known(users, from: installation)
        let plans = try await plan(users.filter { known[$0.id] == nil })
        let planned = Dictionary(uniqueKeysWithValues: plans.map { ($0.origin.id, $0) })
        counts.add("users", found: users.count, new: plans.count, there: known.count)
        for user in users {
            progress("Importing \(user.name)")
            var writer = AccountImport(
                whole: self, installation: installation, user: user, plan: planned[user.id], account: known[user.id])
            try await writer.run(&counts)
        }
        try await tellAboutEvents(&counts)
        if !settings.isDryRun, try await noAdministrator() {
            counts.notes.append(
                "Nobody is a site administrator yet; `martlet user create NAME --email ADDRESS --admin` makes one.")
        }
        return counts
    }

    private func known(_ users: [OriginUser], from installation: String) async throws -> [Int64: Account.ID] {
        try await target.read { tx in
            var known: [Int64: Account.ID] = [:]
            for user in users { known[user.id] = try tx.account(from: installation, user: user.id) }
            return known
        }
    }

    private func plan(_ users: [OriginUser]) async throws -> [UserPlan] {
        let (plans, findings) = try await target.read { tx in
            var failure: (any Error)?
            var planning = UserPlanning { key in
                do { return try tx.isUserKeyTaken(key) } catch {
                    failure = error
                    return false
                }
            }
            let plans = planning.plan(users)
            if let failure { throw failure }
            return (plans, planning.findings)
        }
        try await tell(findings)
        return plans
    }

    func tell(_ findings: [OriginFinding]) async throws {
        guard !findings.isEmpty else { return }
        try await stage.write { tx in try tx.stage(findings.map(\.row), in: .finding) }
    }

    private func noAdministrator() async throws -> Bool {
        try await target.read { tx in try !tx.allUsers().contains { $0.isAdministrator && $0.isActive } }
    }

    /// What has no place here is told by its number.
    private func tellAboutEvents(_ counts: inout DjangoMailerCounts) async throws {
        let kinds = try await stage.read { tx in try tx.stagedEventKinds() }
        if let count = kinds["bounced softly"], count > 0 {
            counts.notes.append(
                "\(count) events say that mails bounced for the time being; they stay in djangoMailer.")
        }
        if let count = kinds["delivered"], count > 0 {
            counts.notes.append(
                "\(count) events say that a provider delivered mails; those mails are counted as delivered.")
        }
        let doubled = (kinds["sent"] ?? 0) + (kinds["failed"] ?? 0)
        if doubled > 0 {
            counts.notes.append("\(doubled) events repeat what the log says; the log is what was imported.")
        }
    }
}

/// How much there was of each kind of thing, and what became of it.
public struct DjangoMailerCounts: Sendable, Hashable {
    public struct Line: Sendable, Hashable {
        public var name: String
        public var found = 0
        public var new = 0
        public var there = 0

        public init(name: String, found: Int = 0, new: Int = 0, there: Int = 0) {
            self.name = name
            self.found = found
            self.new = new
            self.there = there
        }
    }

    public var isDryRun: Bool
    public private(set) var lines: [Line] = []
    /// Sentences about the whole.
    public internal(set) var notes: [String] = []

    init(isDryRun: Bool) { self.isDryRun = isDryRun }

    public subscript(name: String) -> Line? { lines.first { $0.name == name } }

    mutating func add(_ name: String, found: Int, new: Int, there: Int) {
        let index =
            lines.firstIndex { $0.name == name }
            ?? {
                lines.append(Line(name: name))
                return lines.count - 1
            }()
        lines[index].found += found
        lines[index].new += new
        lines[index].there += there
    }
}
