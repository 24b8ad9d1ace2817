import NIOCore
import TestValues
import Testing
import Vault

@testable import Receiving

@Suite struct `The dialogue with a mail server, as a value` {
    private static let signer = Signer(secret: "a secret for tests only, and long enough")
    private static let bounce = signer.localPart(of: .bounce(account: 1, message: 7)) + "@bounces.acme.example"

    private static func dialogue(_ limits: ReceivingLimits = ReceivingLimits()) -> ReceivingDialogue {
        ReceivingDialogue(name: "mail.acme.example", limits: limits, offersTLS: true) { address in
            signer.returnAddress(localPart: address.prefix { $0 != "@" })
        }
    }

    /// All actions of what comes in these pieces, up to the end of the connection.
    private static func actions(_ pieces: [ArraySlice<UInt8>]) -> [ReceivingDialogue.Action] {
        var dialogue = dialogue()
        var input = ByteBuffer()
        var actions: [ReceivingDialogue.Action] = []
        for piece in pieces {
            input.writeBytes(piece)
            while let action = dialogue.next(&input) {
                actions.append(action)
                if case .end = action { return actions }
            }
        }
        return actions
    }

    @Test(arguments: ["=", "==", "=1", "SIZE", "SIZE=", "SIZE==", "BODY=", "X=1", "= ="])
    func `a parameter of any shape is answered`(_ parameter: String) {
        let actions = Self.actions([Array("EHLO a\r\nMAIL FROM:<a@b.example> \(parameter)\r\nNOOP\r\n".utf8)[...]])
        #expect(actions.count == 3)
        let isKnown = parameter == "BODY="
        let isSize = parameter.hasPrefix("SIZE")
        guard case .say(let reply) = actions[1] else { return #expect(Bool(false), "\(actions[1])") }
        #expect(reply.hasPrefix(isKnown ? "250" : isSize ? "501" : "555"), "\(reply)")
    }

    @Test func `commands of any make are answered, one for one or with an end`() {
        let scraps = [
            "MAIL FROM:", "RCPT TO:", "EHLO", "RSET", "DATA", "STARTTLS", "<", ">", "<>", "a@b.example", "=", "SIZE",
            "SIZE=1",
            "BODY", " ", "  ", "\"", "\\", "@", "@x:", ":", ",", "é", "\t", "9999999999999999999999", Self.bounce,
        ]
        var random = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let verb = ["MAIL FROM:", "RCPT TO:", "EHLO ", ""].randomElement(using: &random) ?? ""
            let rest = (0..<Int.random(in: 0...6, using: &random)).map { _ in scraps.randomElement(using: &random) ?? ""
            }
            let begin = verb == "RCPT TO:" ? "EHLO a\r\nMAIL FROM:<>\r\n" : "EHLO a\r\n"
            let line = verb + rest.joined() + "\r\n"
            let actions = Self.actions([Array((begin + line).utf8)[...]])
            #expect(actions.count == (verb == "RCPT TO:" ? 3 : 2), "\(line)")
        }
    }

    private static let session = Array(
        """
        EHLO mx.example.net
        MAIL FROM:<> BODY=8BITMIME
        RCPT TO:<\(bounce)>
        RCPT TO:<ada@example.org>
        DATA
        Subject: one

        ..a dot
        .
        MAIL FROM:<\"a b>\"@example.net>
        RCPT TO:<\(bounce)>
        RSET
        DATA
        MAIL FROM:<x@y>
        RCPT TO:<\(bounce)>
        DATA
        .
        NOOP
        QUIT

        """.replacing("\n", with: "\r\n").utf8)

    @Test func `says the same in whatever pieces the bytes come`() {
        let whole = Self.actions([Self.session[...]])
        let mails = whole.filter { if case .deliver = $0 { true } else { false } }
        let address = ReturnAddress.bounce(account: 1, message: 7)
        #expect(
            mails == [
                .deliver(recipients: [address], bytes: Array("Subject: one\r\n\r\n.a dot\r\n".utf8)),
                .deliver(recipients: [address], bytes: []),
            ])
        #expect(whole.last == .end("221 2.0.0 Bye", because: nil))
        var random = SeededGenerator(seed: 21)
        for _ in 0..<200 {
            var pieces: [ArraySlice<UInt8>] = []
            var rest = Self.session[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...30, using: &random))
                pieces.append(piece)
                rest = rest.dropFirst(piece.count)
            }
            #expect(Self.actions(pieces) == whole)
        }
    }

    @Test func `takes any bytes without harm, and nothing for an address that was not made here`() {
        var random = SeededGenerator(seed: 22)
        let words = [
            "EHLO x\r\n", "MAIL FROM:<>\r\n", "RCPT TO:<a@b>\r\n", "RCPT TO:<bounce+x@y>\r\n", "DATA\r\n", ".\r\n",
            "RSET\r\n",
            "\r\n", "\n", "\0", "<", ">", "\"", "\\", "STARTTLS\r\n", "x",
        ].map { Array($0.utf8) }
        for _ in 0..<2000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...60, using: &random) {
                if Bool.random(using: &random) {
                    bytes += words.randomElement(using: &random) ?? []
                } else {
                    bytes.append(UInt8.random(in: 0...255, using: &random))
                }
            }
            for action in Self.actions([bytes[...]]) {
                if case .deliver = action { Issue.record("taken: \(bytes)") }
            }
        }
    }
}
