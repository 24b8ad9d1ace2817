import Campaigns
import Foundation
import HTTPTypes
import Hummingbird
public import Persistence
import Synchronization
import Vault

/// What this process saw of those who read mails, and where links lead. Shared by the web server, which notes, and
/// ``TrackingService``, which writes.
public final class Tracking: Sendable {
    let hits = HitBuffer()
    let targets: LinkTargets
    /// What user agents were held to be: the same few hundred come again and again.
    private let agents = Mutex<[String: MachineSign?]>([:])
    private static let mostAgents = 2_000

    public init(database: any Database) { targets = LinkTargets(database: database) }

    /// Notes one request; returns at once.
    /// - Parameter link: `nil` for the picture.
    func note(_ request: Request, link: Int64? = nil, account: Int64, message: Int64, network: String) {
        let now = Instant(secondsSince1970: Date().timeIntervalSince1970)
        hits.note(
            Hits(link: link, sign: sign(of: request), network: network, first: now, last: now), account: account,
            message: message)
    }

    private func sign(of request: Request) -> MachineSign? {
        let headers = request.headers
        for name in Self.purposes {
            guard let purpose = headers[name] else { continue }
            if let sign = RequestSigns(agent: "-", purpose: purpose).sign { return sign }
        }
        if request.method == .head { return .head }
        let agent = String((headers[.userAgent] ?? "").prefix(512))
        if let known = agents.withLock({ $0[agent] }) { return known }
        let sign = RequestSigns.sign(ofAgent: agent)
        agents.withLock { agents in
            if agents.count >= Self.mostAgents { agents.removeAll() }
            agents[agent] = .some(sign)
        }
        return sign
    }

    private static let purposes = ["Purpose", "Sec-Purpose", "X-Purpose", "X-Moz"].compactMap { HTTPField.Name($0) }
}
