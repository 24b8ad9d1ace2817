import Campaigns
import Testing

@Suite struct `Passwords that may be chosen` {
    /// One character of 25 bytes.
    private static let family = "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}\u{200D}\u{1F466}"

    @Test func `are bounded in characters, and in bytes as well`() throws {
        let names = ["ada"]
        try PasswordRule.check("abcd" + String(repeating: Self.family, count: 40), names: names)
        #expect(throws: PasswordRule.Problem.tooManyBytes) {
            try PasswordRule.check("abcd" + String(repeating: Self.family, count: 41), names: names)
        }
        #expect(throws: PasswordRule.Problem.tooLong) {
            try PasswordRule.check(String(repeating: "abcdefg", count: 29), names: names)
        }
    }
}
