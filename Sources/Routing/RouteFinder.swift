public import DNS
internal import Foundation
internal import NIOCore
internal import Synchronization
internal import TLS

/// Finds out where a domain's mail goes (RFC 5321 §5.1, RFC 7505), and what its owner has published about the protection
/// of the way there: DANE (RFC 7672) first, MTA-STS (RFC 8461) where there is none.
///
/// Whether an address may be connected to is not its business: the egress guard is asked when a connection is made.
public final class RouteFinder: Sendable {
    private struct Known {
        var result: Result<MailRoute, RouteProblem>
        var until: ContinuousClock.Instant
    }

    public let resolver: Resolver
    private let policies: PolicyStore
    /// Of mail servers: 25.
    public let port: Int
    private let limit: Duration
    private let known = Mutex<[String: Known]>([:])

    private static let mostKnown = 20_000
    /// Hosts of one domain that are looked up.
    private static let mostHosts = 8
    /// Addresses of one host that are tried, of each kind.
    private static let mostAddresses = 3

    /// - Parameter limit: how long one question to the DNS may take.
    public init(resolver: Resolver, policies: PolicyStore, port: Int = 25, limit: Duration = .seconds(10)) {
        self.resolver = resolver
        self.policies = policies
        self.port = port
        self.limit = limit
    }

    /// What is known without asking.
    public func known(_ domain: String) -> Result<MailRoute, RouteProblem>? {
        known.withLock { known in
            guard let found = known[domain], found.until > .now else { return nil }
            return found.result
        }
    }

    /// - Parameter domain: in A-labels.
    public func route(to domain: String) async -> Result<MailRoute, RouteProblem> {
        if let found = known(domain) { return found }
        let result: Result<MailRoute, RouteProblem>
        var seconds = 30
        do throws(RouteProblem) {
            let (route, timeToLive) = try await find(domain)
            seconds = min(max(timeToLive, 30), 3600)
            result = .success(route)
        } catch {
            result = .failure(error)
        }
        let until = ContinuousClock.now + .seconds(seconds)
        known.withLock { known in
            if known.count >= Self.mostKnown {
                let now = ContinuousClock.now
                known = known.filter { $0.value.until > now }
                if known.count >= Self.mostKnown { known = [:] }
            }
            known[domain] = Known(result: result, until: until)
        }
        return result
    }

    // MARK: Hosts

    private func find(_ domain: String) async throws(RouteProblem) -> (MailRoute, timeToLive: Int) {
        let (exchangers, answer) = try await exchangers(of: domain)
        // Only what was signed can say whom to trust (RFC 7672 §2.2.1).
        let isSecure = answer.security == .secure
        let found = await lookUp(exchangers, of: domain, mayUseDANE: isSecure)
        var hosts = found.compactMap { try? $0.get() }.filter { !$0.addresses.isEmpty }
        var refused: [String] = []
        if hosts.isEmpty { throw Self.problem(found, domain) }
        if hosts.contains(where: { $0.protection == .opportunistic }), let policy = await policies.policy(of: domain),
            policy.mode == .enforce
        {
            for index in hosts.indices where hosts[index].protection == .opportunistic {
                if policy.allows(hosts[index].name) {
                    hosts[index].protection = .policy
                } else {
                    refused.append("\(hosts[index].name) is not among the servers that \(domain) has published.")
                }
            }
            hosts.removeAll { $0.protection == .opportunistic }
            if hosts.isEmpty {
                throw RouteProblem(
                    isPermanent: false, code: "4.7.5",
                    userMessage:
                        "The policy of \(domain) (MTA-STS) allows none of the mail servers that the DNS names. Either is wrong; it will be tried again later."
                )
            }
        }
        return (MailRoute(domain: domain, hosts: hosts, refused: refused), answer.timeToLive)
    }

    /// What stands in the DNS, or the domain itself where nothing does.
    private func exchangers(of domain: String) async throws(RouteProblem) -> ([MailExchanger], Answer) {
        let answer: Answer
        do { answer = try await resolver.lookUp(domain, .mx, within: limit) } catch {
            throw Self.problem(error, "the mail servers of \(domain)")
        }
        guard answer.nameExists else { throw Self.noDomain(domain) }
        let all = answer.mailExchangers
        if all.isEmpty {
            // RFC 5321 §5.1: the domain's own address, as if it were an MX of preference 0.
            return ([MailExchanger(preference: 0, host: domain)], answer)
        }
        let named = all.filter { !$0.host.isEmpty }
        guard !named.isEmpty else {
            throw RouteProblem(
                isPermanent: true, code: "5.1.10", userMessage: "\(domain) takes no mail at all (null MX).")
        }
        // A number where a name belongs is no mail server (RFC 5321 §5.1), and would be a way around names that are known.
        let usable = named.filter { !Self.isAddress($0.host) }
        guard !usable.isEmpty else {
            throw RouteProblem(
                isPermanent: true, code: "5.4.4",
                userMessage: "\(domain) names an address where the DNS wants the name of a mail server.")
        }
        return (Array(usable.prefix(Self.mostHosts)), answer)
    }

    private static func isAddress(_ name: String) -> Bool {
        name.contains(":") || name.split(separator: ".").allSatisfy { $0.allSatisfy(\.isNumber) }
    }

    private func lookUp(
        _ exchangers: [MailExchanger], of domain: String, mayUseDANE: Bool
    ) async -> [Result<MailRoute.Host, LookupProblem>] {
        await withTaskGroup(of: (Int, Result<MailRoute.Host, LookupProblem>).self) { group in
            for (index, exchanger) in exchangers.enumerated() {
                group.addTask {
                    do throws(LookupProblem) {
                        return (index, .success(try await self.host(exchanger, of: domain, mayUseDANE: mayUseDANE)))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            var found: [(Int, Result<MailRoute.Host, LookupProblem>)] = []
            for await result in group { found.append(result) }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func host(
        _ exchanger: MailExchanger, of domain: String, mayUseDANE: Bool
    ) async throws(LookupProblem) -> MailRoute.Host {
        async let sixth = addresses(exchanger.host, .aaaa)
        async let fourth = addresses(exchanger.host, .a)
        let (six, four) = (await sixth, await fourth)
        // One family is enough.
        if case .failure(let problem) = six, (try? four.get().records.isEmpty) ?? true { throw problem }
        if case .failure(let problem) = four, (try? six.get().records.isEmpty) ?? true { throw problem }
        let answers = [six, four].compactMap { try? $0.get() }
        var host = MailRoute.Host(
            name: exchanger.host, preference: exchanger.preference,
            addresses: answers.flatMap { $0.records.prefix(Self.mostAddresses).compactMap { self.address($0) } },
            protection: .opportunistic)
        guard mayUseDANE, !host.addresses.isEmpty,
            answers.filter({ !$0.records.isEmpty }).allSatisfy({ $0.security == .secure })
        else { return host }
        let aliased = answers.first { !$0.records.isEmpty }?.canonicalName ?? ""
        host.protection = try await protection(of: exchanger.host, aliased: aliased, domain: domain)
        return host
    }

    private func addresses(_ name: String, _ type: RecordType) async -> Result<Answer, LookupProblem> {
        do throws(LookupProblem) { return .success(try await resolver.lookUp(name, type, within: limit)) } catch {
            return .failure(error)
        }
    }

    private func address(_ data: [UInt8]) -> SocketAddress? {
        guard data.count == 4 || data.count == 16 else { return nil }
        return try? SocketAddress(packedIPAddress: ByteBuffer(bytes: data), port: port)
    }

    // MARK: DANE

    /// The records of the name that aliases led to come first (RFC 7672 §2.2.2). A question without an answer makes the
    /// host unusable: an attacker could be the reason (§2.1.2).
    private func protection(
        of name: String, aliased: String, domain: String
    ) async throws(LookupProblem) -> MailRoute.Protection {
        for base in aliased.isEmpty || aliased == name ? [name] : [aliased, name] {
            let answer = try await resolver.lookUp("_\(port)._tcp.\(base)", .tlsa, within: limit)
            guard answer.security == .secure, !answer.records.isEmpty else { continue }
            let records = answer.records.compactMap { TLSARecord($0) }.filter(\.isUsable)
            guard !records.isEmpty else { return .encrypted }
            return .dane(
                DANEPolicy(
                    host: base, otherNames: Array(Set([name, domain]).subtracting([base])).sorted(), records: records))
        }
        return .opportunistic
    }

    // MARK: Problems

    private static func noDomain(_ domain: String) -> RouteProblem {
        RouteProblem(
            isPermanent: true, code: "5.1.2",
            userMessage: "There is no domain \(domain). Perhaps the address was mistyped.")
    }

    private static func problem(_ problem: LookupProblem, _ subject: String) -> RouteProblem {
        RouteProblem(
            isPermanent: problem == .noName, code: problem == .noName ? "5.1.2" : "4.4.3",
            userMessage: "Looking up \(subject): \(problem.userMessage)")
    }

    /// None of the hosts can be had.
    private static func problem(
        _ found: [Result<MailRoute.Host, LookupProblem>], _ domain: String
    ) -> RouteProblem {
        for case .failure(let problem) in found where problem != .noName {
            return self.problem(problem, "the mail servers of \(domain)")
        }
        return RouteProblem(
            isPermanent: true, code: "5.4.4",
            userMessage: "\(domain) takes no mail: none of the servers that it names has an address.")
    }
}
