import DKIM
import DNS
import TestSupport
import Testing

@testable import DomainChecks

@Suite struct `What the DNS says about a sender's domain` {
    /// Inspects `d.example`, whose zone holds the records.
    private func inspect(
        _ records: String, keys: [DomainInspector.Key] = [], others: [String: String] = [:]
    ) async throws -> [Finding] {
        let server = try await KnotServer.start(["d.example": records].merging(others) { a, _ in a })
        defer { server.stop() }
        let resolver = Resolver(ResolverSettings(servers: [server.address], anchors: []))
        defer { resolver.close() }
        return await DomainInspector(resolver: resolver).inspect("d.example", keys: keys).findings
    }

    private static func key(_ selector: String, _ algorithm: SignatureAlgorithm = .rsa, signs: Bool = true)
        -> DomainInspector.Key
    {
        DomainInspector.Key(
            selector: selector, record: KeyRecord(algorithm: algorithm, publicKey: "QUJD"), isSigning: signs)
    }

    @Test func `keys: found, missing, another one, withdrawn, in test, twice`() async throws {
        let records = """
            good._domainkey TXT "v=DKIM1; k=rsa; p=QUJD"
            split._domainkey TXT "v=DKIM1; k=ed25519; " "p= QU JD"
            bare._domainkey TXT "p=QUJD"
            other._domainkey TXT "v=DKIM1; k=rsa; p=WFla"
            kind._domainkey TXT "v=DKIM1; k=rsa; p=QUJD"
            gone._domainkey TXT "v=DKIM1; p="
            trial._domainkey TXT "v=DKIM1; t=y:s; p=QUJD"
            old._domainkey TXT "v=DKIM1; h=sha1; p=QUJD"
            twice._domainkey TXT "v=DKIM1; p=QUJD"
            twice._domainkey TXT "v=DKIM1; p=WFla"
            nonsense._domainkey TXT "hello; world"
            """
        let names = ["good", "split", "bare", "other", "kind", "gone", "trial", "old", "twice", "nonsense", "missing"]
        let findings = try await inspect(
            records, keys: names.map { Self.key($0, $0 == "split" || $0 == "kind" ? .ed25519 : .rsa) })
        let found = findings.compactMap { finding -> KeyFinding? in
            if case .key(_, let finding) = finding { finding } else { nil }
        }
        #expect(
            found == [
                .found, .found, .found, .differs, .differs, .revoked, .testing, .differs, .several(2), .differs,
                .missing,
            ])
        #expect(findings.contains(.alignment(isSigned: true)))
    }

    static let spf: [(String, SPFFinding)] = [
        (#"@ TXT "v=spf1 ip4:192.0.2.1 -all""#, .good(lookups: 0)),
        (#"@ TXT "v=spf1 a mx include:one.example ~all""#, .good(lookups: 4)),
        (#"@ TXT "v=spf1 redirect=one.example""#, .good(lookups: 2)),
        (#"@ TXT "other" "#, .missing), ("", .missing),
        (#"@ TXT "v=spf10 -all""#, .missing),
        ("@ TXT \"v=spf1 -all\"\n@ TXT \"v=spf1 ~all\"", .several(2)),
        (#"@ TXT "v=spf1 +all""#, .allowsEverybody), (#"@ TXT "v=spf1 all""#, .allowsEverybody),
        (#"@ TXT "v=spf1 mx""#, .hasNoEnd(lookups: 1)),
        (#"@ TXT "v=spf1 ipv4:192.0.2.1 -all""#, .broken(term: "ipv4:192.0.2.1")),
        (#"@ TXT "v=spf1 include: -all""#, .broken(term: "include:")),
        (#"@ TXT "v=spf1 include:d.example -all""#, .tooManyLookups),
        (#"@ TXT "v=spf1 a a a a a a a a a a a -all""#, .tooManyLookups),
        (#"@ TXT "v=spf1 a a a a a a a a a a -all""#, .good(lookups: 10)),
        (#"@ TXT "v=spf1 include:none.one.example -all""#, .includesNothing(domain: "none.one.example")),
        (#"@ TXT "v=spf1 include:bad/name -all""#, .includesNothing(domain: "bad/name")),
        (#"@ TXT "v=spf1 include:%{d2}.one.example exists:%{i}.x.example -all""#, .good(lookups: 2)),
        (#"@ TXT "v=spf1 -all include:none.one.example""#, .good(lookups: 0)),
        (#"@ TXT "v=spf1 include:elsewhere.example -all""#, .failed(.serverFailure)),
    ]

    @Test func `SPF: one record, whole, of at most ten questions, with an end`() async throws {
        for (records, expected) in Self.spf {
            let findings = try await inspect(
                records, others: ["one.example": #"@ TXT "v=spf1 mx ip6:2001:db8::/32 -all""#])
            #expect(findings.contains(.spf(expected)), "\(records): \(findings)")
        }
    }

    static let dmarc: [(String, DMARCFinding)] = [
        (#"_dmarc TXT "v=DMARC1; p=reject; rua=mailto:a@d.example""#, .good(.reject, at: "d.example")),
        (#"_dmarc TXT "v=DMARC1;p=none""#, .good(.none, at: "d.example")),
        (#"_dmarc TXT "v=DMARC1; p=perhaps""#, .broken), (#"_dmarc TXT "v=DMARC1; p=none; p=reject""#, .broken),
        ("_dmarc TXT \"v=DMARC1; p=none\"\n_dmarc TXT \"v=DMARC1; p=reject\"", .several(2)),
        (#"_dmarc TXT "spf" "#, .missing), ("", .missing),
    ]

    @Test func `DMARC: one record that can be read`() async throws {
        for (records, expected) in Self.dmarc {
            let findings = try await inspect(records)
            #expect(findings.contains(.dmarc(expected)), "\(records): \(findings)")
        }
    }

    @Test func `DMARC of a domain above counts, with its policy for those below`() async throws {
        let server = try await KnotServer.start([
            "d.example": "_dmarc TXT \"v=DMARC1; p=reject; sp=quarantine\"\nnews A 192.0.2.1\n"
        ])
        defer { server.stop() }
        let resolver = Resolver(ResolverSettings(servers: [server.address], anchors: []))
        defer { resolver.close() }
        let report = await DomainInspector(resolver: resolver).inspect("news.d.example", keys: [])
        #expect(report.findings.contains(.dmarc(.good(.quarantine, at: "d.example"))))
        #expect(report.findings.contains(.mailExchanger(.implicit)))
    }

    static let mx: [(String, MXFinding)] = [
        ("@ MX 10 b\n@ MX 5 a\n", .found(hosts: ["a.d.example", "b.d.example"])), ("@ MX 0 .", .null),
        ("@ A 192.0.2.1", .implicit), ("@ TXT x", .missing),
    ]

    @Test func `whether answers can arrive`() async throws {
        for (records, expected) in Self.mx {
            let findings = try await inspect(records)
            #expect(findings.contains(.mailExchanger(expected)), "\(records): \(findings)")
        }
    }

    @Test func `a DNS that does not answer is said, after the limit of one question`() async throws {
        let server = SilentDNSServer()
        defer { server.stop() }
        let resolver = Resolver(ResolverSettings(servers: [server.address], anchors: []))
        defer { resolver.close() }
        let inspector = DomainInspector(resolver: resolver, limit: .milliseconds(200))
        let report = await inspector.inspect("d.example", keys: [Self.key("s"), Self.key("t")])
        #expect(report.findings.contains(.key(selector: "s", .failed(.timedOut))))
        #expect(report.findings.contains(.spf(.failed(.timedOut))))
        let told = report.findings.contains { if case .alignment = $0 { true } else { false } }
        #expect(!told, "whether mails are signed is not known")
        #expect(report.verdict == .unknown)
        let unsigned = await inspector.inspect("d.example", keys: [Self.key("s", signs: false)])
        #expect(unsigned.findings.contains(.alignment(isSigned: false)))
    }
}
