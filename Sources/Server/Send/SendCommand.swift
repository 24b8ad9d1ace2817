internal import Campaigns
internal import Delivery
internal import Foundation
internal import Logging
internal import NIOPosix
internal import Networks
internal import Persistence
internal import SMTP
internal import ServiceLifecycle

/// `martlet send`: the main job without a browser.
public struct SendCommand: Sendable {
    /// Whoever may start the command may connect to anywhere from this machine anyway.
    private static let egress = EgressPolicy(.everyone)

    private let request: SendRequest
    private let terminal: Terminal
    private let logger = Logger(label: "martlet.send")

    public init(_ request: SendRequest) {
        self.request = request
        terminal = .ofProcess()
    }

    /// - Throws: ``CommandFailure``, `DatabaseFault`.
    public func run() async throws -> ExitStatus {
        let mailing = try Mailing(request)
        if request.isDryRun { return try await DryRun(mailing: mailing, request: request, terminal: terminal).run() }
        guard let relay = request.smtp else {
            throw CommandFailure(.usage, "Where the mail goes is missing; give --smtp, or --dry-run to only check.")
        }
        let ledger = try await SendLedger(opening: request.ledgerPath)
        do {
            let status = try await send(mailing, over: relay, with: ledger)
            try await ledger.close()
            return status
        } catch {
            try? await ledger.close()
            throw error
        }
    }

    private func send(_ mailing: Mailing, over relay: RelayAddress, with ledger: SendLedger) async throws -> ExitStatus
    {
        let prepared = try await ledger.prepare(mailing, recipients: request.recipients) { summary, different in
            RecipientsReport(path: request.recipients, summary: summary, different: different).lines.forEach(
                terminal.note)
        }
        let campaign = prepared.campaign
        let (before, audience) = try await ledger.database.read { tx in
            (try tx.account(campaign.accountID).tally(campaign.id), try tx.account(campaign.accountID).recipientCount())
        }
        if prepared.isResumed {
            terminal.note(
                "Going on with \(ledger.path): \(SendProgress.grouped(before.ended)) of \(SendProgress.grouped(audience)) are done."
            )
        }
        var end = SendWatch.End.finished
        var signal: Int32?
        if campaign.state != .finished, campaign.state != .cancelled {
            try await tryConnection(relay)
            try await ledger.setSender(
                relay, maxPerHour: request.maxPerHour, connections: request.connections, of: campaign)
            (end, signal) = try await deliver(campaign, audience: audience, with: ledger)
        }
        return try await summarise(end, signal: signal, prepared: prepared, audience: audience, ledger: ledger)
    }

    private func deliver(
        _ campaign: CampaignRecord, audience: Int, with ledger: SendLedger
    ) async throws -> (SendWatch.End, Int32?) {
        let secrets = try await ledger.deliverySecrets()
        let engine = DeliveryEngine(
            database: ledger.database,
            settings: DeliverySettings(
                node: NodeName.current(), siteURL: "", signer: secrets.signer, sealer: secrets.sealer,
                egress: Self.egress),
            logger: logger)
        let watch = SendWatch(
            database: ledger.database, campaign: campaign, audience: audience, waits: request.waits,
            maxPerHour: request.maxPerHour, terminal: terminal)
        let runner = ServiceRunner(services: [engine, watch], logger: logger, endsWithLast: true)
        let terminal = terminal
        let signal = try await runner.run { _ in
            terminal.endDrawing()
            terminal.note("Stopping: mails that are under way end, nothing new is begun.")
        }
        return (watch.end, signal)
    }

    /// Once before the first mail: a wrong password or port is told at once and changes nothing.
    private func tryConnection(_ relay: RelayAddress) async throws {
        let server = SMTPServer(
            host: relay.host, port: relay.port, security: relay.security,
            verifiesCertificate: relay.verifiesCertificate, userName: relay.userName, password: relay.password,
            node: NodeName.current(), timeouts: .interactive, egress: Self.egress.egress(isAdministrator: true))
        do {
            let connection = try await SMTPConnection.open(
                server, on: MultiThreadedEventLoopGroup.singleton, logger: logger)
            await connection.close()
        } catch {
            let hint =
                error.cause == .noStartTLS
                ? " For a relay on this machine or in a network that you trust, add ?security=none to the address." : ""
            throw CommandFailure(.unavailable, "\(error.userMessage)\(hint) Nothing was sent.")
        }
    }

    private func summarise(
        _ end: SendWatch.End, signal: Int32?, prepared: SendLedger.Prepared, audience: Int, ledger: SendLedger
    ) async throws -> ExitStatus {
        let campaign = prepared.campaign
        let (tally, trouble) = try await ledger.database.read { tx in
            let scope = tx.account(campaign.accountID)
            return (try scope.tally(campaign.id), try scope.trouble(of: campaign.id, limit: 20))
        }
        let summary = SendSummary(
            tally: tally, audience: audience, leftOut: prepared.leftOut, trouble: trouble, ledger: ledger.path)
        summary.lines.forEach(terminal.say)
        if signal != nil {
            terminal.note("Stopped. The same command goes on where this one stopped.")
            return .interrupted
        }
        switch end {
        case .finished: return summary.isAllDelivered ? .success : .someNotDelivered
        case .senderPaused(let sentence):
            throw CommandFailure(.unavailable, "\(sentence) Nobody failed because of it; the same command goes on.")
        case .deferred(let until):
            let seconds = until.secondsSince1970 - Date().timeIntervalSince1970
            terminal.note(
                "The server wants the rest later; run the same command again in \(SendProgress.clock(max(60, seconds)))."
            )
            return .tryLater
        case .stopped:
            throw CommandFailure(.fault, "Sending ended too early; the log says why. The same command goes on.")
        }
    }
}
