import Campaigns
import Testing

private let group = PreflightFacts.Group(
    recipients: 3, examples: [.init(id: Recipient.ID(rawValue: 1), email: "a@b.c")])

@Suite struct `The look before a campaign starts` {
    private static let now = Instant(rawValue: 1_700_000_000_000_000)

    /// A campaign about which there is nothing to say.
    private static func facts(_ change: (inout PreflightFacts) -> Void = { _ in }) -> PreflightFacts {
        var audience = PreflightFacts.Audience()
        audience.matching = 100
        var facts = PreflightFacts(
            content: PreflightFacts.Content(
                subject: "Hello {first_name|you}", html: "<p>Hello</p>", text: "Hello", isTextWritten: true,
                getsFooter: false, links: ["https://example.org"],
                pictures: [.init(source: "https://example.org/a.png", alternative: "")]),
            sending: PreflightFacts.Sending(
                isRehearsal: false, hasServer: true, hasFromAddress: true, pausedReason: "", maxPerHour: 1000,
                usedInLastHour: 0, spreadsEvenly: false, warmUp: nil, usedInWarmUpDay: 0,
                domain: .asked(spf: .good, signature: .good, dmarc: .good)),
            audience: audience, hasPostalAddress: true, site: .open, now: now)
        change(&facts)
        return facts
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var code: String
        var severity: Preflight.Severity
        var change: @Sendable (inout PreflightFacts) -> Void
        var testDescription: String { code }

        init(
            _ code: String, _ severity: Preflight.Severity, _ change: @escaping @Sendable (inout PreflightFacts) -> Void
        ) {
            self.code = code
            self.severity = severity
            self.change = change
        }
    }

    @Test func `a picture that comes with the mail is no fault, and a mail of a megabyte is not heavy`() {
        let key = PictureKey(hash: [UInt8](repeating: 7, count: 32))
        let facts = Self.facts {
            $0.content?.pictures = [.init(source: key.address, alternative: "x")]
            $0.content?.files = .init(size: 1_000_000, limit: 10_000_000, pictures: [key])
        }
        #expect(Preflight(facts).items.isEmpty)
    }

    @Test func `finds nothing where all is well`() {
        let preflight = Preflight(Self.facts())
        #expect(preflight.items.isEmpty && preflight.mayStart && preflight.questions.isEmpty)
    }

    @Test(arguments: [
        Case("no_template", .error) { $0.content = nil },
        Case("no_sender", .error) { $0.sending = nil },
        Case("no_server", .error) { $0.sending?.hasServer = false },
        Case("no_from_address", .error) { $0.sending?.hasFromAddress = false },
        Case("nobody_matches", .error) { $0.audience.matching = 0 },
        Case("everybody_suppressed", .error) { $0.audience.suppressed = 100 },
        Case("empty_subject", .error) { $0.content?.subject = " " },
        Case("bad_tag", .error) { $0.content?.subject = "Hello {frist_name}" },
        Case("bad_tag", .error) { $0.content?.html = "{#city}" },
        Case("bad_tag", .error) { $0.content?.text = "{prénom}" },
        Case("many_tags", .warning) { $0.content?.text = String(repeating: "{city}", count: 4_000) },
        Case("missing_value", .warning) { $0.audience.missing[.city] = group },
        Case("bad_link", .warning) { $0.content?.links = ["https://example.org", "/x"] },
        Case("bad_picture", .warning) { $0.content?.pictures = [.init(source: "a.png", alternative: "x")] },
        Case("bad_picture", .warning) {
            $0.content?.pictures = [.init(source: PictureKey(hash: [7]).address, alternative: "x")]
        },
        Case("files_too_large", .error) { $0.content?.files = .init(size: 1001, limit: 1000) },
        Case("heavy", .warning) { $0.content?.files = .init(size: 1_700_000, limit: 10_000_000) },
        Case("pictures_without_text", .warning) {
            $0.content?.pictures = [.init(source: "https://x.example/a.png", alternative: nil)]
        },
        Case("too_long", .warning) { $0.content?.html = String(repeating: "x", count: 102 * 1024 + 1) },
        Case("long_subject", .warning) { $0.content?.subject = String(repeating: "x", count: 2000) },
        Case("no_text", .warning) { $0.content?.text = "\n" },
        Case("invalid_addresses", .warning) { $0.audience.invalid = group },
        Case("sender_paused", .warning) { $0.sending?.pausedReason = "The login failed." },
        Case("no_postal_address", .warning) { $0.hasPostalAddress = false },
        Case("no_site_address", .error) { $0.site = .unknown },
        Case("no_site_address", .error) { $0.site = .loopback },
        Case("no_site_address", .warning) {
            $0.site = .unknown
            $0.sending?.isServerHere = true
        },
        Case("no_site_address", .info) {
            $0.site = .loopback
            $0.sending?.isServerHere = true
        },
        Case("site_not_encrypted", .warning) { $0.site = .unencrypted },
        Case("no_domain", .warning) { $0.sending?.domain = .missing },
        Case("no_spf", .warning) { $0.sending?.domain = .asked(spf: .bad, signature: .good, dmarc: .good) },
        Case("no_signature", .warning) { $0.sending?.domain = .asked(spf: .good, signature: .bad, dmarc: .good) },
        Case("no_dmarc", .warning) { $0.sending?.domain = .asked(spf: .good, signature: .good, dmarc: .bad) },
        Case("takes_too_long", .warning) { $0.audience.matching = 100_000 },
        Case("takes", .info) { $0.audience.matching = 4000 },
        Case("rehearsal", .info) { $0.sending?.isRehearsal = true },
        Case("suppressed", .info) { $0.audience.suppressed = 1 },
        Case("footer", .info) { $0.content?.getsFooter = true },
        Case("text_is_made", .info) { $0.content?.isTextWritten = false },
        Case("domain_not_asked", .info) { $0.sending?.domain = .notAsked },
        Case("domain_under_way", .info) { $0.sending?.domain = .underWay },
        Case("domain_unknown", .info) { $0.sending?.domain = .asked(spf: .unknown, signature: .good, dmarc: .good) },
    ]) func `finds each thing alone`(_ c: Case) {
        let preflight = Preflight(Self.facts(c.change))
        #expect(preflight.items.map(\.finding.code) == [c.code])
        #expect(preflight.items.first?.severity == c.severity)
        #expect(preflight.mayStart == (c.severity != .error))
        #expect(preflight.questions == (c.severity == .warning ? [c.code] : []))
    }

    @Test func `tells the worst first, and no more of the same than one can read`() {
        let preflight = Preflight(
            Self.facts {
                $0.audience.suppressed = 1
                $0.hasPostalAddress = false
                $0.content?.subject = ""
                $0.content?.links = (0..<50).map { "/\($0)" } + ["/1"]
            })
        #expect(preflight.items.first?.finding == .emptySubject)
        #expect(preflight.items.map(\.severity) == preflight.items.map(\.severity).sorted(by: >))
        #expect(preflight.items.count { $0.finding.code == "bad_link" } == Preflight.mostAlike)
        #expect(preflight.items.contains { $0.finding == .moreBadLinks(40) })
        let pictures = Preflight(
            Self.facts { $0.content?.pictures = (0..<11).map { .init(source: "\($0).png", alternative: "") } })
        #expect(pictures.items.count { $0.finding.code == "bad_picture" } == Preflight.mostAlike)
        #expect(pictures.items.last?.finding == .moreBadPictures(1))
    }

    @Test func `says first that the domain of the sender is none`() {
        let preflight = Preflight(
            Self.facts {
                $0.audience.invalid.recipients = 1
                $0.sending?.domain = .missing
            })
        #expect(preflight.items.map(\.finding.code) == ["no_domain", "invalid_addresses"])
    }

    @Test func `asks nothing in a rehearsal, where nothing leaves`() {
        let preflight = Preflight(
            Self.facts {
                $0.sending?.isRehearsal = true
                $0.sending?.domain = .asked(spf: .bad, signature: .bad, dmarc: .bad)
                $0.site = .unknown
                $0.hasPostalAddress = false
            })
        #expect(preflight.items(.warning).map(\.finding.code) == ["no_postal_address"])
        #expect(preflight.questions.isEmpty)
    }
}

@Suite struct `How long a campaign takes` {
    private func sending(_ perHour: Int, used: Int = 0, even: Bool = false, plan: WarmUpPlan? = nil, usedToday: Int = 0)
        -> PreflightFacts.Sending
    {
        PreflightFacts.Sending(
            isRehearsal: false, hasServer: true, hasFromAddress: true, pausedReason: "", maxPerHour: perHour,
            usedInLastHour: used, spreadsEvenly: even, warmUp: plan, usedInWarmUpDay: usedToday, domain: .notAsked)
    }

    @Test func `follows from the hourly limit`() {
        let now = Instant(rawValue: 0)
        #expect(SendingTime(messages: 1000, sending(1000), now: now).seconds == 0)
        #expect(SendingTime(messages: 1001, sending(1000), now: now).seconds == 3600)
        #expect(SendingTime(messages: 1000, sending(1000, used: 400), now: now).seconds == 3600)
        #expect(SendingTime(messages: 5000, sending(1000), now: now).seconds == 4 * 3600)
        // 3 h 20 min
        #expect(SendingTime(messages: 10_000, sending(3000, even: true), now: now).seconds == 12_000)
        #expect(SendingTime(messages: 0, sending(1), now: now).seconds == 0)
    }

    @Test func `follows from what a warm-up allows each day`() {
        let plan = WarmUpPlan(firstDay: 100, growth: 100, beganAt: Instant(rawValue: 0))
        let noon = Instant(rawValue: 43_200_000_000)
        // 100, 200, 400 …: what the first day leaves is half a day away, the next ones whole days.
        #expect(SendingTime(messages: 100, sending(1000, plan: plan), now: noon).seconds == 0)
        #expect(SendingTime(messages: 101, sending(1000, plan: plan), now: noon).seconds == 43_200)
        #expect(SendingTime(messages: 301, sending(1000, plan: plan), now: noon).seconds == 43_200 + 86_400)
        #expect(SendingTime(messages: 60, sending(1000, plan: plan, usedToday: 50), now: noon).seconds == 43_200)
    }
}
