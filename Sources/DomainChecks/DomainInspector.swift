public import DKIM
public import DNS

/// Looks up what receivers will look up. Every question has a limit of time, and all of them together.
public struct DomainInspector: Sendable {
    /// A key that signs, or is to sign.
    public struct Key: Sendable {
        public var selector: String
        public var record: KeyRecord
        public var isSigning: Bool

        public init(selector: String, record: KeyRecord, isSigning: Bool) {
            self.selector = selector
            self.record = record
            self.isSigning = isSigning
        }
    }

    let resolver: Resolver
    let limit: Duration

    /// - Parameter limit: how long one question may take.
    public init(resolver: Resolver, limit: Duration = .seconds(4)) {
        self.resolver = resolver
        self.limit = limit
    }

    /// Questions that one SPF record may cost (RFC 7208 §4.6.4).
    static let mostSPFLookups = 10

    public func inspect(_ domain: String, keys: [Key]) async -> DomainReport {
        async let spf = spf(domain)
        async let dmarc = dmarc(domain)
        async let mail = mailExchanger(domain)
        async let security = security(domain)
        var findings: [Finding] = []
        var signing: [KeyFinding] = []
        for (key, finding) in await inspect(keys, domain) {
            findings.append(.key(selector: key.selector, finding))
            if key.isSigning { signing.append(finding) }
        }
        findings += [.spf(await spf), .dmarc(await dmarc)]
        let isSigned = signing.contains(.found)
        // A key that the DNS said nothing of may be there.
        if isSigned || !signing.contains(where: { $0.verdict == .unknown }) {
            findings.append(.alignment(isSigned: isSigned))
        }
        findings.append(.mailExchanger(await mail))
        if let isSecure = await security { findings.append(.security(isSecure: isSecure)) }
        return DomainReport(domain: domain, findings: findings)
    }

    private func inspect(_ keys: [Key], _ domain: String) async -> [(Key, KeyFinding)] {
        await withTaskGroup(of: (Int, KeyFinding).self) { group in
            for (index, key) in keys.enumerated() { group.addTask { (index, await finding(key, domain)) } }
            var found: [Int: KeyFinding] = [:]
            for await (index, finding) in group { found[index] = finding }
            return keys.enumerated().compactMap { index, key in found[index].map { (key, $0) } }
        }
    }

    private func finding(_ key: Key, _ domain: String) async -> KeyFinding {
        let texts: [String]
        do { texts = try await self.texts(KeyRecord.name(selector: key.selector, domain: domain)) } catch {
            return .failed(Failure(error))
        }
        guard let text = texts.first else { return .missing }
        guard texts.count == 1 else { return .several(texts.count) }
        guard let tags = TagList(text), let found = tags["p"], tags["v"] ?? "DKIM1" == "DKIM1" else { return .differs }
        if found.isEmpty { return .revoked }
        guard found == key.record.publicKey, tags["k"] ?? "rsa" == key.record.algorithm.rawValue else {
            return .differs
        }
        if let hashes = tags["h"], !hashes.split(separator: ":").contains("sha256") { return .differs }
        return tags["t"]?.split(separator: ":").contains("y") == true ? .testing : .found
    }

    // MARK: SPF

    func spf(_ domain: String) async -> SPFFinding {
        do {
            let records = try await texts(domain).filter(SPFRecord.isRecord)
            guard let text = records.first else { return .missing }
            guard records.count == 1 else { return .several(records.count) }
            var cost = SPFCost()
            try await count(try SPFRecord(text), &cost)
            return cost.lookups > Self.mostSPFLookups ? .tooManyLookups : ending(cost)
        } catch let problem as LookupProblem {
            return .failed(Failure(problem))
        } catch let broken as SPFRecord.Broken {
            return .broken(term: broken.term)
        } catch let empty as EmptyInclude {
            return .includesNothing(domain: empty.domain)
        } catch {
            return .failed(.unavailable)
        }
    }

    private struct SPFCost {
        var lookups = 0
        /// The qualifier of the `all` that counts, the outermost or that of the record it redirects to.
        var all: Character?
    }

    private struct EmptyInclude: Error { var domain: String }

    private func ending(_ cost: SPFCost) -> SPFFinding {
        switch cost.all {
        case "+": .allowsEverybody
        case nil: .hasNoEnd(lookups: cost.lookups)
        default: .good(lookups: cost.lookups)
        }
    }

    /// Ends early when there are too many, so that a record that includes itself is no trap.
    private func count(_ record: SPFRecord, _ cost: inout SPFCost, isIncluded: Bool = false) async throws {
        for term in record.terms {
            switch term {
            case .plain: continue
            case .asking: cost.lookups += 1
            case .all(let qualifier):
                if !isIncluded { cost.all = qualifier }
                // What stands behind is never looked at (RFC 7208 §5.1).
                return
            case .include(let domain):
                cost.lookups += 1
                if cost.lookups > Self.mostSPFLookups { return }
                if let domain { try await count(try await self.record(domain), &cost, isIncluded: true) }
            case .redirect: continue
            }
            if cost.lookups > Self.mostSPFLookups { return }
        }
        // A redirect counts where no `all` does, wherever it stands (§6.1).
        for case .redirect(let domain) in record.terms {
            cost.lookups += 1
            guard cost.lookups <= Self.mostSPFLookups else { return }
            guard let domain else {
                if !isIncluded { cost.all = "?" }
                return
            }
            try await count(try await self.record(domain), &cost, isIncluded: isIncluded)
        }
    }

    private func record(_ domain: String) async throws -> SPFRecord {
        let found: [String]
        do { found = try await texts(domain).filter(SPFRecord.isRecord) } catch {
            if error == .noName { throw EmptyInclude(domain: String(domain.prefix(100))) }
            throw error
        }
        guard found.count == 1 else { throw EmptyInclude(domain: String(domain.prefix(100))) }
        return try SPFRecord(found[0])
    }

    // MARK: DMARC

    /// Of the domain itself, else of the next one above it (RFC 7489 §6.6.3; we walk up the tree as its successor does,
    /// because a list of public suffixes ages).
    private func dmarc(_ domain: String) async -> DMARCFinding {
        var labels = domain.split(separator: ".")
        // As many as the successor asks for at most.
        if labels.count > 8 { labels = [labels[0]] + labels.suffix(7) }
        while labels.count > 1 {
            let name = labels.joined(separator: ".")
            do {
                let found = try await texts("_dmarc.\(name)").filter { $0.lowercased().hasPrefix("v=dmarc1") }
                if found.count > 1 { return .several(found.count) }
                if let text = found.first { return Self.finding(text, at: name, of: domain) }
            } catch {
                return .failed(Failure(error))
            }
            labels.removeFirst()
        }
        return .missing
    }

    private static func finding(_ text: String, at name: String, of domain: String) -> DMARCFinding {
        guard let tags = TagList(text), tags["v"]?.uppercased() == "DMARC1" else { return .broken }
        let word = (name == domain ? nil : tags["sp"]) ?? tags["p"]
        guard let policy = word.flatMap({ DMARCFinding.Policy(rawValue: $0.lowercased()) }) else { return .broken }
        return .good(policy, at: name)
    }

    // MARK: Mail to the domain

    func mailExchanger(_ domain: String) async -> MXFinding {
        do {
            let answer = try await resolver.lookUp(domain, .mx, within: limit)
            guard answer.nameExists else { return .noDomain }
            let found = answer.mailExchangers
            if found.contains(where: { $0.host.isEmpty }) { return .null }
            if !found.isEmpty { return .found(hosts: found.prefix(5).map(\.host)) }
            for type in [RecordType.aaaa, .a]
            where try await !resolver.lookUp(domain, type, within: limit).records.isEmpty {
                return .implicit
            }
            return .missing
        } catch {
            return .failed(Failure(error))
        }
    }

    /// Nil when nothing is checked.
    private func security(_ domain: String) async -> Bool? {
        guard let answer = try? await resolver.lookUp(domain, .soa, within: limit), resolver.isValidating else {
            return nil
        }
        return answer.security == .secure
    }

    private func texts(_ name: String) async throws(LookupProblem) -> [String] {
        try await resolver.lookUp(name, .txt, within: limit).texts
    }
}
