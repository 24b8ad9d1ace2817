import Testing

@testable import Receiving

@Suite struct `Words of strangers` {
    @Test func `controls, invisible characters and turned directions become blanks, and long ones end in an ellipsis`()
    {
        #expect(Words.clean("a\u{0}b\r\n  c\u{202E}d\u{200B}") == "a b c d")
        #expect(Words.clean(String(repeating: "x", count: 600)).count == 501)
        #expect(Words.clean("\n \t") == "")
    }
}
