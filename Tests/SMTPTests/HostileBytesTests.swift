import Foundation
import Mail
import NIOCore
import Testing

@testable import SMTP

/// A short run in the suite; `make fuzz` does a million of each.
@Suite struct `Hostile bytes on the wire` {
    private static let rounds =
        ProcessInfo.processInfo.environment["MARTLET_FUZZ"].flatMap { Int($0) } ?? 20_000

    @Test func `whatever a body holds, a strict and a lenient receiver see one message and nothing behind it`() {
        var random = Xorshift(seed: 9)
        let alphabet = Array(".\r\n.\r\nab\0".utf8) + [0x8D, 0x0B, 0x2F, 0xFF, 0x0C, 0x0E, 0x85]
        var failures: [[UInt8]] = []
        for _ in 0..<Self.rounds {
            let message = random.bytes(of: alphabet, upTo: 40)
            let wire = Wire.data(message)
            if !Self.isWhole(wire) || Receiver.strict.messages(in: wire) != [Wire.unstuffed(wire)]
                || Receiver.lenient.messages(in: wire).count != 1
            {
                failures.append(message)
            }
            var chunk = ByteBuffer()
            LastChunk.write(message, to: &chunk)
            if !Self.hasCleanLines(Array(chunk.readableBytesView)) { failures.append(message) }
        }
        #expect(failures.isEmpty, "\(failures.prefix(3))")
    }

    /// The receivers themselves: without them the test above would prove nothing.
    @Test(arguments: [
        "a\r\n.\r\nMAIL FROM:<x@y.z>\r\n", "a\n.\nMAIL FROM:<x@y.z>\r\n", "a\r.\rMAIL FROM:<x@y.z>\r\n",
        "a\n.\r\nMAIL FROM:<x@y.z>\r\n", "a\r\n.\nMAIL FROM:<x@y.z>\r\n", "a\r.\r\nMAIL FROM:<x@y.z>\r\n",
        "a\r\n.\rMAIL FROM:<x@y.z>\r\n", "a\n.\rMAIL FROM:<x@y.z>\r\n", ".\nMAIL FROM:<x@y.z>\r\n",
    ])
    func `the ends that SMTP smuggling used would end a message that is sent as it is, and do not end ours`(
        body: String
    ) {
        let raw = Array(body.utf8) + Array("\r\n.\r\n".utf8)
        #expect(Receiver.lenient.messages(in: raw).count > 1)
        #expect(Receiver.lenient.messages(in: Wire.data(Array(body.utf8))).count == 1)
        #expect(Receiver.strict.messages(in: Wire.data(Array(body.utf8))).count == 1)
    }

    @Test func `replies are read alike whole and in pieces, and nothing gets through that is none`() {
        var random = Xorshift(seed: 17)
        let alphabet = Array("2235450- .\r\n\r\n1aZ\0\t".utf8) + [0xFF, 0xC3, 0xBC, 0x9B]
        var failures: [[UInt8]] = []
        for _ in 0..<Self.rounds {
            var bytes = random.bytes(of: alphabet, upTo: 48)
            // Random bytes are hardly ever a reply: half of them begin like one.
            if random.below(2) == 0 { bytes = Array("250-x\r\n250 ".utf8) + bytes + Array("\r\n".utf8) }
            let whole = Self.read([bytes[...]])
            var pieces: [ArraySlice<UInt8>] = []
            var start = 0
            while start < bytes.count {
                let end = min(bytes.count, start + 1 + random.below(5))
                pieces.append(bytes[start..<end])
                start = end
            }
            let inPieces = Self.read(pieces)
            // A line without end is given up sooner or later; what was read before is the same.
            let isAlike = whole.problem == inPieces.problem && whole.replies == inPieces.replies
            let isSound = whole.replies.allSatisfy { reply in
                (200...599).contains(reply.code) && !reply.lines.isEmpty
                    && reply.lines.allSatisfy {
                        $0.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
                    }
            }
            if !isAlike || !isSound { failures.append(bytes) }
        }
        #expect(failures.isEmpty, "\(failures.prefix(3))")
    }

    @Test func `whatever a server answers, each offer has one verdict and each message one outcome`() throws {
        var random = Xorshift(seed: 23)
        let codes = [250, 250, 250, 250, 354, 354, 421, 450, 451, 452, 500, 503, 550, 552, 554, 220, 221, 334]
        var failures = 0
        let envelope = Envelope(
            sender: try EmailAddress("a@example.com"), recipient: try EmailAddress("b@example.org"), size: 10)
        for round in 0..<Self.rounds {
            var extensions = SMTPExtensions()
            extensions.pipelining = random.below(2) == 0
            extensions.chunking = random.below(3) == 0
            var session = SMTPSession(host: "h", port: 25, extensions: extensions)
            var account = Account()
            account.note(session.offer(envelope), isOffer: true)
            for _ in 0..<random.below(30) {
                if account.isGranted, session.isOpen {
                    let next = random.below(2) == 0
                    account.isGranted = false
                    account.outcomesDue += 1
                    account.note(session.deliver(next: next ? envelope : nil), isOffer: next)
                } else if account.verdictsDue == 0, account.outcomesDue == 0, session.isOpen {
                    account.note(session.offer(envelope), isOffer: true)
                } else {
                    let reply = SMTPReply(code: codes[random.below(codes.count)], lines: ["x"])
                    account.note(session.received(reply), isOffer: false)
                }
            }
            account.note(session.finish(.connectionLost), isOffer: false)
            if !account.isSettled {
                failures += 1
                if failures == 1 { Issue.record("round \(round)") }
            }
        }
        #expect(failures == 0)
    }

    /// What the caller of a session is owed.
    private struct Account {
        var verdictsDue = 0
        var outcomesDue = 0
        var isGranted = false

        mutating func note(_ output: SMTPSession.Output, isOffer: Bool) {
            if isOffer { verdictsDue += 1 }
            if let verdict = output.verdict {
                verdictsDue -= 1
                if case .goAhead = verdict { isGranted = true }
            }
            if output.outcome != nil { outcomesDue -= 1 }
        }

        var isSettled: Bool { verdictsDue == 0 && outcomesDue == 0 }
    }

    private static func read(_ pieces: [ArraySlice<UInt8>]) -> (replies: [SMTPReply], problem: Bool) {
        var parser = SMTPReplyParser()
        var buffer = ByteBuffer()
        var replies: [SMTPReply] = []
        do throws(SMTPReplyParser.Problem) {
            for piece in pieces {
                buffer.writeBytes(piece)
                while let reply = try parser.next(from: &buffer) { replies.append(reply) }
            }
            return (replies, false)
        } catch {
            return (replies, true)
        }
    }

    private static func isWhole(_ wire: [UInt8]) -> Bool {
        wire.suffix(3) == [0x2E, 0x0D, 0x0A] && hasCleanLines(wire)
    }

    /// No CR without its LF, no LF without its CR.
    private static func hasCleanLines(_ wire: [UInt8]) -> Bool {
        var previous: UInt8 = 0
        for byte in wire {
            if (byte == 0x0A) != (previous == 0x0D) { return false }
            previous = byte
        }
        return previous != 0x0D
    }
}

/// A server that takes messages: a strict one knows CRLF alone as the end of a line; a lenient one also a bare LF and a
/// bare CR, as the servers did that SMTP smuggling was shown with (2023). A line of a single dot ends a message for both.
private enum Receiver {
    case strict, lenient

    /// The messages in what a client sent after 354, dots taken away; what follows the last one is one more, if not empty.
    func messages(in wire: [UInt8]) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        var message: [UInt8] = []
        var start = 0
        while start < wire.count {
            let (end, next) = lineEnd(wire, from: start)
            let line = wire[start..<end]
            if line == [0x2E] {
                messages.append(message)
                message = []
            } else {
                message += line.first == 0x2E ? line.dropFirst() : line
                message += wire[end..<next]
            }
            start = next
        }
        return message.isEmpty ? messages : messages + [message]
    }

    /// Where a line's text ends, and where the next line begins.
    private func lineEnd(_ wire: [UInt8], from start: Int) -> (Int, Int) {
        var index = start
        while index < wire.count {
            let isCRLF = wire[index] == 0x0D && index + 1 < wire.count && wire[index + 1] == 0x0A
            if isCRLF { return (index, index + 2) }
            if self == .lenient, wire[index] == 0x0D || wire[index] == 0x0A { return (index, index + 1) }
            index += 1
        }
        return (wire.count, wire.count)
    }
}

/// The same numbers each time, so that a failure can be looked at again; quick also without optimisation.
private struct Xorshift {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func below(_ limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(truncatingIfNeeded: (state >> 33) % UInt64(limit))
    }

    mutating func bytes(of alphabet: [UInt8], upTo limit: Int) -> [UInt8] {
        (0..<below(limit + 1)).map { _ in alphabet[below(alphabet.count)] }
    }
}
