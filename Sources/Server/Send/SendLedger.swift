internal import Campaigns
internal import Foundation
internal import Logging
internal import Mail
internal import Persistence
internal import Vault

/// The ledger of one mailing: a Martlet database of its own with one account, one sender and one campaign. So the same
/// engine works on it, with the same promises as in `serve`.
struct SendLedger: Sendable {
    let path: String
    let database: any Database
    private let lock: ProcessLock
    private let sealer: Sealer

    /// How many rows of the recipients file were left out when the ledger was made.
    struct Prepared: Sendable {
        var campaign: CampaignRecord
        var leftOut: Int
        var isResumed: Bool
    }

    /// - Throws: ``CommandFailure`` when another process has the ledger, or when it cannot be used.
    init(opening path: String) async throws {
        self.path = path
        do { lock = try ProcessLock(path: path + ".lock") } catch let taken as ProcessLock.Taken {
            throw CommandFailure(
                .tryLater,
                "Another process\(taken.description) is sending with the ledger \(path); wait until it has ended.")
        }
        (database, _) = try await DatabaseOpening.open(path: path)
        // The password is given anew at each start: what is stored of it opens with no key that was kept.
        sealer = try Sealer(keyText: SealingKey.random())
    }

    /// The engine's settings: the signing secret is the ledger's own, so that a Message-ID is the same after a restart.
    func deliverySecrets() async throws -> (signer: Signer, sealer: Sealer) {
        let secret = try await database.write { tx in
            if let secret = try tx.setting(Name.secret) { return secret }
            let secret = Token().plaintext
            try tx.setSetting(Name.secret, to: secret)
            return secret
        }
        return (Signer(secret: secret), sealer)
    }

    /// Finds the mailing in the ledger, or puts it there: recipients first, in pieces, and last of all the fingerprint,
    /// so that a ledger which has one is whole.
    func prepare(
        _ mailing: Mailing, recipients path: String, report: (RecipientsFile.Summary, _ different: Int) -> Void
    ) async throws -> Prepared {
        if let prepared = try await find(mailing) { return prepared }
        let account = try await database.write { tx in
            try tx.emptyLedger()
            return try tx.createAccount(named: "martlet send")
        }
        let database = database
        let summary = try await RecipientsFile(path: path).read { batch in
            try await database.write { tx in _ = try tx.account(account).upsertRecipients(batch) }
        }
        let fingerprint = String(decoding: try JSONEncoder().encode(mailing.fingerprint), as: UTF8.self)
        let (campaign, different) = try await database.write { tx in
            let scope = tx.account(account)
            let different = try scope.recipientCount()
            guard different > 0 else { return (CampaignRecord?.none, 0) }
            let sender = try scope.createRehearsalSender(
                fromName: mailing.from.name, fromEmail: mailing.from.address.description)
            let template = try scope.createTemplate(
                TemplateText(
                    name: "send", subject: mailing.subject, html: mailing.html, plainText: mailing.plainText))
            _ = try scope.createCampaign(
                CampaignDraft(
                    name: "send", templateID: template, senderID: sender, audienceFilter: "{}", scheduledAt: nil))
            try tx.setSetting(Name.leftOut, to: String(summary.wrong))
            try tx.setSetting(Name.fingerprint, to: fingerprint)
            return (try tx.onlyCampaign(), different)
        }
        report(summary, different)
        guard let campaign else {
            throw CommandFailure(.badData, "\(path) has no recipient that mail can be sent to.")
        }
        return Prepared(campaign: campaign, leftOut: summary.wrong, isResumed: false)
    }

    private func find(_ mailing: Mailing) async throws -> Prepared? {
        let (text, leftOut, campaign) = try await database.read { tx in
            (try tx.setting(Name.fingerprint), try tx.setting(Name.leftOut), try tx.onlyCampaign())
        }
        guard let text, let campaign else { return nil }
        let stored = try JSONDecoder().decode(SendFingerprint.self, from: Data(text.utf8))
        let differences = mailing.fingerprint.differences(from: stored)
        guard differences.isEmpty else {
            throw CommandFailure(
                .badData,
                """
                The ledger \(path) belongs to another mailing: \(Self.list(differences)) changed since. To go on with that \
                mailing, give what was given then. To send this one as a new mailing, to everybody, name another ledger \
                with --ledger.
                """)
        }
        return Prepared(campaign: campaign, leftOut: leftOut.flatMap { Int($0) } ?? 0, isResumed: true)
    }

    /// What may change from run to run: the way out and its limits. Also lifts a pause.
    func setSender(_ relay: RelayAddress, maxPerHour: Int?, connections: Int, of campaign: CampaignRecord) async throws
    {
        let sealer = sealer
        try await database.write { tx in
            let scope = tx.account(campaign.accountID)
            guard var sender = try scope.sender(campaign.senderID) else { throw DatabaseFault.noRow }
            sender.kind = .smtp
            sender.host = relay.host
            sender.port = relay.port
            sender.security = relay.security
            sender.username = relay.userName
            sender.sealedPassword =
                relay.password.isEmpty
                ? nil
                : sealer.seal(
                    relay.password, at: .senderPassword(account: sender.accountID.rawValue, sender: sender.id.rawValue))
            sender.verifiesCertificate = relay.verifiesCertificate
            sender.maxPerHour = maxPerHour ?? Int(Int32.max)
            sender.maxConnections = connections
            try scope.update(sender)
            switch campaign.state {
            case .draft, .scheduled: _ = try scope.startCampaignNow(campaign.id)
            case .paused: _ = try scope.resumeCampaign(campaign.id)
            default: break
            }
        }
    }

    func close() async throws {
        try await database.close()
        lock.release()
    }

    private enum Name {
        static let fingerprint = "send.fingerprint"
        static let secret = "send.secret"
        static let leftOut = "send.left_out"
    }

    /// "a, b and c".
    private static func list(_ words: [String]) -> String {
        words.count < 2 ? words.joined() : words.dropLast().joined(separator: ", ") + " and " + (words.last ?? "")
    }
}
