import NIOCore
import Testing

@testable import SMTP

/// A reply of a server that is in use, as its operator documents it or as it stands in public logs, and the step it came
/// at. Addresses are those of documentation; of a reply of several lines there is what decides.
struct ReplyCase: CustomTestStringConvertible, Sendable {
    var step: SMTPStep
    var text: String

    init(_ step: SMTPStep, _ text: String) {
        self.step = step
        self.text = text
    }

    var testDescription: String { "\(step.rawValue): \(text)" }

    func reply() throws -> SMTPReply {
        var parser = SMTPReplyParser()
        // The hyphen of a longer reply is made a space.
        var buffer = ByteBuffer(string: "\(text.prefix(3)) \(text.dropFirst(4))\r\n")
        return try #require(try parser.next(from: &buffer))
    }
}

@Suite struct `What a refusal means` {
    @Test(arguments: ReplyCase.recipients)
    func `some are about the recipient or the message`(refusal: ReplyCase) throws {
        try expect(refusal, .recipient, .permanent)
    }

    @Test(arguments: ReplyCase.us) func `some are about us, and fail nobody`(refusal: ReplyCase) throws {
        try expect(refusal, .us, .senderFault)
    }

    @Test(arguments: ReplyCase.later) func `some ask to come again`(refusal: ReplyCase) throws {
        try expect(refusal, .later, .temporary)
    }

    @Test(arguments: ReplyCase.slowDown) func `some want less from us`(refusal: ReplyCase) throws {
        try expect(refusal, .slowDown, .temporary)
    }

    @Test(arguments: ReplyCase.greylisted) func `some let a stranger wait`(refusal: ReplyCase) throws {
        try expect(refusal, .greylisted, .temporary)
    }

    @Test(arguments: ReplyCase.unknownAddresses)
    func `some say that there is no such address`(refusal: ReplyCase) throws {
        #expect(ReplyPolicy.judgement(of: try refusal.reply(), at: refusal.step).saysAddressIsUnknown)
    }

    @Test(arguments: ReplyCase.notUnknown + ReplyCase.us + ReplyCase.later + ReplyCase.slowDown + ReplyCase.greylisted)
    func `nobody is called unknown by what may mean something else`(refusal: ReplyCase) throws {
        #expect(try !ReplyPolicy.judgement(of: refusal.reply(), at: refusal.step).saysAddressIsUnknown)
    }

    @Test func `two hundred real replies are in the table`() {
        let all = ReplyCase.recipients + ReplyCase.us + ReplyCase.later + ReplyCase.slowDown + ReplyCase.greylisted
        #expect(all.count >= 200)
        #expect(Set(all.map(\.testDescription)).count == all.count)
    }

    @Test func `every code has a meaning, and none of 4yz is ever final`() {
        for code in 400...599 {
            for step in SMTPStep.allCases {
                for subject in 0...9 {
                    let reply = SMTPReply(
                        code: code, enhanced: EnhancedStatusCode(code / 100, subject, 1), lines: ["no"])
                    let consequence = ReplyPolicy.judgement(of: reply, at: step).meaning.consequence
                    #expect(code >= 500 || consequence == .temporary)
                    #expect(consequence != .unknown)
                    if step.isBeforeTransaction { #expect(consequence != .permanent) }
                }
            }
        }
    }

    /// All conversations wait meanwhile, and with them what tells other nodes that this one is alive.
    @Test func `a refusal of nothing but combining marks is judged as fast as any other`() throws {
        func duration(_ text: String) -> Duration {
            let reply = SMTPReply(code: 550, lines: [text])
            return ContinuousClock().measure {
                for _ in 0..<5 {
                    let failure = SMTPFailure(refusal: reply, step: .recipient, host: "mx.test", port: 25)
                    #expect(failure.meaning == .recipient && !failure.saysAddressIsUnknown && !failure.asksForLess)
                }
            }
        }
        _ = duration("x")
        let plain = duration(String(repeating: "e", count: 2_000))
        let marks = duration(String(repeating: "\u{301}", count: 2_000))
        #expect(marks < plain * 8 + .milliseconds(20), "\(marks) and \(plain)")
    }

    @Test func `words count with a combining mark behind them too, and only at the beginning of a reply`() {
        func isUnknown(_ text: String) -> Bool {
            ReplyPolicy.judgement(of: SMTPReply(code: 550, lines: [text]), at: .recipient).saysAddressIsUnknown
        }
        #expect(isUnknown("No such user\u{301}"))
        #expect(isUnknown(String(repeating: "é", count: 200) + " User unknown"))
        #expect(!isUnknown(String(repeating: "é", count: 400) + " User unknown"))
    }

    private func expect(
        _ refusal: ReplyCase, _ meaning: ReplyMeaning, _ consequence: SMTPFailure.Consequence
    ) throws {
        let reply = try refusal.reply()
        #expect(ReplyPolicy.judgement(of: reply, at: refusal.step).meaning == meaning)
        #expect(ReplyPolicy.judgement(of: reply, at: refusal.step).meaning.consequence == consequence)
    }
}
