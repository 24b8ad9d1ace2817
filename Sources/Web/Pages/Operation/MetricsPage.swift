import Campaigns
import Digests
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Persistence
import Vault

/// `/metrics`: for a site administrator who is logged in, or whoever has `METRICS_TOKEN` (`Authorization: Bearer …`).
/// `docs/telemetry.md` tables what is in it.
struct MetricsPage: Sendable {
    let site: Site

    func answer(_ request: Request) async throws -> Response {
        switch try await permission(request) {
        case .granted: break
        case .unknown:
            return respond("Send METRICS_TOKEN as a bearer token, or log in as a site administrator.\n", .unauthorized)
        case .refused: return respond("Only site administrators see this.\n", .forbidden)
        }
        let ledger = try await site.database.read { try $0.metrics() }
        var metrics = PrometheusText()
        addLedger(ledger, to: &metrics)
        addTracking(ledger, to: &metrics)
        if let totals = site.returnMail.totals() { Self.addReturnMail(totals, to: &metrics) }
        if let totals = site.delivery.totals() { Self.addDelivery(totals, to: &metrics) }
        Self.addProcess(to: &metrics)
        return respond(metrics.text, .ok, type: "text/plain; version=0.0.4; charset=utf-8")
    }

    // MARK: Permission

    private enum Permission { case granted, unknown, refused }

    private func permission(_ request: Request) async throws -> Permission {
        if let header = request.headers[.authorization] {
            guard let token = site.configuration.metricsToken, header.hasPrefix("Bearer ") else { return .unknown }
            return constantTimeEquals(header.dropFirst("Bearer ".count).utf8, token.utf8) ? .granted : .unknown
        }
        let cookies = SessionCookies(request, isSecure: site.configuration.isSecure)
        guard let hash = cookies.session?.hash,
            let session = try await site.database.read({ try $0.session(tokenHash: hash) })
        else { return .unknown }
        return session.isAdministrator ? .granted : .refused
    }

    // MARK: Metrics

    private func addLedger(_ ledger: LedgerMetrics, to metrics: inout PrometheusText) {
        metrics.add(
            "martlet_messages", .gauge, "Messages of all campaigns that are still there, by state.", by: "state",
            MessageState.allCases.map { ($0.rawValue, ledger.messages[$0]) })
        metrics.add(
            "martlet_attempts_total", .counter, "Attempts that ended, by outcome.", by: "outcome",
            AttemptRecord.Outcome.ofAttempts.map { ($0.rawValue, ledger.attempts[$0] ?? 0) })
        metrics.add(
            "martlet_messages_returned_total", .counter,
            "Messages that came back, or were complained about, in the ledger.",
            by: "kind", [AttemptRecord.Outcome.bounced, .complained].map { ($0.rawValue, ledger.attempts[$0] ?? 0) })
        metrics.add(
            "martlet_campaigns", .gauge, "Campaigns, by state.", by: "state",
            CampaignState.allCases.map { ($0.rawValue, ledger.campaigns[$0] ?? 0) })
        metrics.add("martlet_senders_paused", .gauge, "Senders that are paused.", ledger.pausedSenders)
    }

    private func addTracking(_ ledger: LedgerMetrics, to metrics: inout PrometheusText) {
        metrics.add(
            "martlet_mails_read_total", .counter, "Mails that a person opened, or clicked in, for the first time.",
            by: "kind",
            [AttemptRecord.Outcome.opened, .clicked].map { ($0.rawValue, ledger.attempts[$0] ?? 0) })
        let figures = site.tracking.hits.figures
        metrics.add(
            "martlet_tracking_requests_total", .counter, "Openings and clicks seen since the start.", figures.noted)
        metrics.add(
            "martlet_tracking_dropped_total", .counter, "Of these, dropped because too many waited to be written.",
            figures.dropped)
        metrics.add(
            "martlet_tracking_waiting_messages", .gauge, "Messages with openings or clicks that are not written yet.",
            figures.waiting)
    }

    static func addDelivery(_ totals: DeliveryTotals, to metrics: inout PrometheusText) {
        metrics.add("martlet_senders_at_work", .gauge, "Senders that are sending now.", totals.sendersAtWork)
        metrics.add(
            "martlet_senders_resting", .gauge, "Senders whose mail server could not be had; they try again.",
            totals.sendersResting)
        metrics.add("martlet_smtp_connections", .gauge, "Open SMTP connections.", totals.openConnections)
        metrics.add(
            "martlet_smtp_connections_opened_total", .counter, "SMTP connections opened since the start.",
            totals.connectionsOpened)
        metrics.add(
            "martlet_smtp_limits_total", .counter, "Times that a mail server wanted less from us since the start.",
            totals.limitsMet)
    }

    static func addReturnMail(_ totals: ReturnMailTotals, to metrics: inout PrometheusText) {
        metrics.add(
            "martlet_returned_mails_total", .counter, "Mails that came back to this process, by what they were.",
            by: "kind", totals.results)
        metrics.add(
            "martlet_returned_mails_refused_total", .counter,
            "What the receiver of returned mail did not take, by the reason.", by: "reason", totals.refusals)
        metrics.add(
            "martlet_returned_mails_connections", .gauge, "Open connections to the receiver of returned mail.",
            totals.connections)
    }

    private static func addProcess(to metrics: inout PrometheusText) {
        guard let process = ProcessFigures() else { return }
        metrics.add(
            "process_resident_memory_bytes", .gauge, "Resident memory of this process.", process.residentBytes)
        metrics.add(
            "process_cpu_seconds_total", .counter, "User and system time of this process.", seconds: process.cpu)
    }

    private func respond(_ text: String, _ status: HTTPResponse.Status, type: String = "text/plain; charset=utf-8")
        -> Response
    {
        var headers: HTTPFields = [.contentType: type, .cacheControl: "no-store"]
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer realm=\"metrics\"" }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

/// What Linux says about this process; nothing elsewhere.
struct ProcessFigures {
    let residentBytes: Int
    /// Seconds.
    let cpu: Double

    init?() {
        guard let memory = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
            let stat = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
            let pages = memory.split(separator: " ").dropFirst().first.flatMap({ Int($0) }),
            // The second field is the program's name in brackets, which may hold blanks.
            let rest = stat.lastIndex(of: ")").map({ stat[stat.index(after: $0)...].split(separator: " ") }),
            rest.count > 12, let user = Double(rest[11]), let system = Double(rest[12])
        else { return nil }
        residentBytes = pages * Int(sysconf(Int32(_SC_PAGESIZE)))
        cpu = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
