import Campaigns
import Foundation
import HTTPTypes
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
    func note(_ reader: Reader, link: Int64? = nil, account: Int64, message: Int64) {
        let now = Instant(secondsSince1970: Date().timeIntervalSince1970)
        hits.note(
            Hits(link: link, sign: reader.sign, network: reader.network, first: now, last: now), account: account,
            message: message)
    }

    /// What a request itself tells of who makes it.
    /// - Parameter header: the first value of a header.
    func sign(isHead: Bool, header: (HTTPField.Name) -> String?) -> MachineSign? {
        for name in Self.purposes {
            guard let purpose = header(name) else { continue }
            if let sign = RequestSigns(agent: "-", purpose: purpose).sign { return sign }
        }
        if isHead { return .head }
        var agent = header(.userAgent) ?? ""
        if agent.utf8.count > 512 { agent = String(decoding: agent.utf8.prefix(512), as: UTF8.self) }
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

/// Who asks for a picture or follows a link, as far as that is kept.
struct Reader {
    var network: String
    var sign: MachineSign?
}
