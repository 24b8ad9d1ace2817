import Testing

@testable import Moving

@Suite struct `djangoMailer's values` {
    @Test(arguments: [
        ("2026-03-02 09:05:00.123456+00", 1_772_442_300_123_456),
        ("2026-03-02 14:35:00.123456+05:30", 1_772_442_300_123_456),
        ("1970-01-01 00:00:00+00", 0), ("1969-12-31 23:59:59.5-00", -500_000),
        ("2026-03-02 04:05:00-05", 1_772_442_300_000_000),
    ])
    func `times are read to the microsecond, in any zone`(_ text: String, _ time: Int64) {
        #expect(PostgresTime.microseconds(text) == time)
    }

    @Test(arguments: ["infinity", "-infinity", "", "2026-03-02", "0044-03-15 00:00:00+00 BC", "2026-13-02 09:05:00+00"])
    func `what is no time is refused`(_ text: String) { #expect(PostgresTime.microseconds(text) == nil) }

    @Test(
        arguments: [
            ("{'a@b.test': (550, b'5.1.1 no such user')}", 550, "550 5.1.1 no such user", true),
            ("(550, b'5.7.1 blocked', 'me@b.test')", 550, "550 5.7.1 blocked", false),
            ("(535, b\"5.7.8 it's wrong\")", 535, "535 5.7.8 it's wrong", false),
            ("{'a@b.test': (451, b'later\\nplease')}", 451, "451 later please", false),
            ("timed out", nil, "timed out", false), ("(see below)", nil, "(see below)", false),
        ] as [(String, Int?, String, Bool)])
    func `Python's words for a refusal are understood`(_ text: String, _ code: Int?, _ reply: String, _ isFinal: Bool) {
        let error = DjangoMailerError(text)
        #expect(error.code == code)
        #expect(error.reply == reply)
        #expect(error.isFinal == isFinal)
    }

    @Test(
        arguments: [
            ("{first_name} {{x}}", "{first_name} {x}"), ("p{color:red}", nil), ("{email}", nil), ("a } b", nil),
            ("{first_name", nil), ("{first_name!r}", nil), ("}}{{", "}{"),
        ] as [(String, String?)])
    func `braces are read as Python reads them`(_ text: String, _ plain: String?) {
        #expect(DjangoTemplate.unescapingBraces(text) == plain)
    }
}
