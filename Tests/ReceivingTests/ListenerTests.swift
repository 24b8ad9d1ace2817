import Campaigns
import Foundation
import Persistence
import Synchronization
import TestSupport
import Testing
import Vault

@testable import Receiving

@Suite(.timeLimit(.minutes(2))) struct `The receiver of returned mail (RFC 5321), before strangers` {
    private static let hard = BounceSample.all.first { $0.name == "Postfix, no such user" }!.bytes

    /// Up to the go-ahead of DATA.
    private func begin(_ receiver: ReceiverHarness, to recipient: String? = nil) async throws -> Conversation {
        let client = try Conversation(port: receiver.port)
        #expect(await client.reply().hasPrefix("220 mail.acme.example"))
        #expect(await client.ask("EHLO mx.example.net").hasPrefix("250"))
        #expect(await client.ask("MAIL FROM:<>").hasPrefix("250"))
        #expect(await client.ask("RCPT TO:<\(recipient ?? receiver.bounce())>").hasPrefix("250"))
        #expect(await client.ask("DATA").hasPrefix("354"))
        return client
    }

    @Test func `it says what it can, and takes a mail that was sent ahead in one piece (RFC 2920)`() async throws {
        try await ReceiverHarness.with { receiver async throws in
            let client = try Conversation(port: receiver.port)
            _ = await client.reply()
            let hello = await client.ask("EHLO mx.example.net")
            for offer in ["PIPELINING", "SIZE 26214400", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"] {
                #expect(hello.contains(offer))
            }
            #expect(!hello.contains("STARTTLS") && !hello.contains("AUTH"))
            client.send(
                "MAIL FROM:<> SIZE=100 BODY=8BITMIME SMTPUTF8\r\nRCPT TO:<\(receiver.bounce())>\r\nDATA\r\n")
            client.send(bytes: Self.hard)
            client.send("\r\n.\r\nMAIL FROM:<>\r\nQUIT\r\n")
            for code in ["250", "250", "354", "250", "250", "221"] { #expect(await client.reply().hasPrefix(code)) }
            #expect(await client.isEnded())
            #expect(try await receiver.readings()[.returned] == 1)
        }
    }

    @Test func `it takes mail for addresses that were made here, and for no others`() async throws {
        try await ReceiverHarness.with { receiver async throws in
            let other = Signer(secret: "another secret, of another server")
            let mine = receiver.bounce()
            let foreign = other.localPart(of: .bounce(account: receiver.account.rawValue, message: 1))
            // The signature of one account's message under another one's number.
            let account = receiver.signer.localPart(of: .bounce(account: 2, message: receiver.messages[0].rawValue))
            let digit = account.index(account.startIndex, offsetBy: 7)
            var swapped = mine
            swapped.replaceSubrange(digit...digit, with: String(account[digit] == mine[digit] ? "9" : account[digit]))
            let client = try Conversation(port: receiver.port)
            _ = await client.reply()
            _ = await client.ask("HELO mx.example.net")
            #expect(await client.ask("MAIL FROM:<ada@example.net>").hasPrefix("250"))
            for address in [
                "\(foreign)@\(ReceiverHarness.domain)", swapped, "bounce+@x.example",
                "postmaster@\(ReceiverHarness.domain)",
                "person0@example.org", "ada@gmail.com", "bounce+%00@x.example",
                mine.replacing("bounce+", with: "unsubscribe+"),
                "x@y@z", "\"bounce+x\"@y.example",
            ] {
                #expect(await client.ask("RCPT TO:<\(address)>").hasPrefix("550 5.1.1"), "\(address)")
            }
            #expect(await client.ask("DATA").hasPrefix("554"))
            #expect(await client.ask("RCPT TO:<@relay.example:\(mine.uppercased())>").hasPrefix("250"))
            #expect(receiver.figures.refusals[.address] == 10)
        }
    }

    @Test func `whoever guesses addresses is shown out`() async throws {
        try await ReceiverHarness.with { receiver async throws in
            let client = try Conversation(port: receiver.port)
            _ = await client.reply()
            _ = await client.ask("EHLO x")
            _ = await client.ask("MAIL FROM:<>")
            var answers: [String] = []
            for number in 0..<25 { answers.append(await client.ask("RCPT TO:<bounce+\(number)@x.example>")) }
            #expect(answers.filter { $0.hasPrefix("550") }.count == 19)
            #expect(answers.contains { $0.hasPrefix("421") } && answers.last == "")
        }
    }

    // MARK: Smuggling

    @Test(arguments: ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r", "\r\r\n.\r\n", "x\ny", "x\ry"])
    func `nothing but CR LF ends a line or a mail: a second mail cannot be smuggled in`(_ end: String) async throws {
        try await ReceiverHarness.with { receiver async throws in
            let client = try await begin(receiver)
            client.send(bytes: Self.hard)
            client.send("\r\nx\(end)MAIL FROM:<>\r\nRCPT TO:<\(receiver.bounce(1))>\r\nDATA\r\nx\r\n.\r\n")
            #expect(await client.reply().hasPrefix("521 5.5.2"))
            #expect(await client.isEnded())
            #expect(try await receiver.readings()[.returned] == 0)
            #expect(receiver.figures.refusals[.syntax] == 1)
        }
    }

    @Test func `dots are taken away, and one alone on a line of its own is the end`() {
        let limits = ReceivingLimits()
        let text = Array("a\r\n..b\r\n.c\r\n\r\n.\r\nMAIL".utf8)
        for cut in 0...text.count {
            var body = MailBody()
            var used = 0
            var event: MailBody.Event?
            for part in [text[..<cut], text[cut...]] where event == nil {
                let (count, found) = part.withUnsafeBytes { body.take($0, limits) }
                (used, event) = (used + count, found)
            }
            #expect(event == .ended && used == text.count - 4)
            #expect(String(decoding: body.bytes, as: UTF8.self) == "a\r\n.b\r\nc\r\n\r\n")
        }
    }

    @Test(arguments: ["EHLO x\n", "EHLO x\ry\r\n", "EHLO x\0\r\n"])
    func `commands end with CR LF`(_ line: String) async throws {
        try await ReceiverHarness.with { receiver async throws in
            let client = try Conversation(port: receiver.port)
            _ = await client.reply()
            client.send(line)
            #expect(await client.reply().hasPrefix("500"))
            #expect(await client.isEnded())
        }
    }

    // MARK: Too much

    @Test func `lines without end, a mail of 100 MB and one that is announced as such are not taken`() async throws {
        var limits = ReceivingLimits()
        limits.size = 1_000_000
        try await ReceiverHarness.with(limits: limits) { receiver async throws in
            let command = try Conversation(port: receiver.port)
            _ = await command.reply()
            command.send(String(repeating: "x", count: 5000))
            #expect(await command.reply().hasPrefix("500"))

            let line = try await begin(receiver)
            line.send(String(repeating: "x", count: 80_000))
            #expect(await line.reply().hasPrefix("500"))

            let announced = try Conversation(port: receiver.port)
            _ = await announced.reply()
            _ = await announced.ask("EHLO x")
            #expect(await announced.ask("MAIL FROM:<> SIZE=104857600").hasPrefix("552"))
            #expect(await announced.ask("MAIL FROM:<> SIZE=99999999999999999999").hasPrefix("501"))

            let large = try await begin(receiver)
            let megabyte = Array(String(repeating: String(repeating: "y", count: 998) + "\r\n", count: 1049).utf8)
            for _ in 0..<100 { large.send(bytes: megabyte) }
            // It ended long before; its words may be lost with the rest.
            let answer = await large.reply()
            #expect(answer.isEmpty || answer.hasPrefix("552"))
            #expect(receiver.figures.refusals[.size] == 2)
            #expect(try await receiver.readings()[.returned] == 0)
        }
    }

    @Test func `of a long mail the beginning is kept, and what follows is only counted`() async throws {
        try await ReceiverHarness.with { receiver async throws in
            let long =
                Self.hard + Array(String(repeating: String(repeating: "z", count: 70) + "\r\n", count: 30_000).utf8)
            #expect(try await receiver.hand(over: long, to: receiver.bounce()).hasPrefix("250"))
            #expect(try await receiver.readings()[.returned] == 1)
        }
    }

    @Test func `too many connections from one address, and in all, are told to come later`() async throws {
        var limits = ReceivingLimits()
        limits.connections = 5
        limits.connectionsPerAddress = 3
        try await ReceiverHarness.with(limits: limits) { receiver async throws in
            var open: [Conversation] = []
            for _ in 0..<3 {
                open.append(try Conversation(port: receiver.port, from: 0x7F00_0002))
                #expect(await open.last?.reply().hasPrefix("220") == true)
            }
            let fourth = try Conversation(port: receiver.port, from: 0x7F00_0002)
            #expect(await fourth.reply().hasPrefix("421"))
            for _ in 0..<2 {
                open.append(try Conversation(port: receiver.port, from: 0x7F00_0003))
                #expect(await open.last?.reply().hasPrefix("220") == true)
            }
            let sixth = try Conversation(port: receiver.port, from: 0x7F00_0004)
            #expect(await sixth.reply().hasPrefix("421"))
            #expect(receiver.figures.refusals[.connections] == 2)
            // One goes, one may come.
            #expect(await open[0].ask("QUIT").hasPrefix("221"))
            #expect(await open[0].isEnded())
            while receiver.figures.connections > 4 { try await Task.sleep(for: .milliseconds(5)) }
            let next = try Conversation(port: receiver.port, from: 0x7F00_0002)
            #expect(await next.reply().hasPrefix("220"))
        }
    }

    @Test func `whoever is slow, in a command or in a mail, does not hold a connection`() async throws {
        var limits = ReceivingLimits()
        limits.command = .milliseconds(1500)
        try await ReceiverHarness.with(limits: limits) { receiver async throws in
            let silent = try Conversation(port: receiver.port)
            #expect(await silent.reply().hasPrefix("220"))
            silent.send("EH")
            #expect(await silent.reply().hasPrefix("421 4.4.2"))
            #expect(await silent.isEnded())
            #expect(receiver.figures.refusals[.time] == 1)
        }
        limits = ReceivingLimits()
        limits.data = .milliseconds(1500)
        try await ReceiverHarness.with(limits: limits) { receiver async throws in
            let dripping = try await begin(receiver)
            let drops = Task {
                while !Task.isCancelled {
                    dripping.send("x\r\n")
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            #expect(await dripping.reply().hasPrefix("421 4.4.2"))
            drops.cancel()
            #expect(receiver.figures.refusals[.time] == 1)
        }
    }

    @Test func `whoever only chats, or makes mistakes, is shown out`() async throws {
        try await ReceiverHarness.with { receiver async throws in
            let chatting = try Conversation(port: receiver.port)
            _ = await chatting.reply()
            var last = ""
            for _ in 0...100 { last = await chatting.ask("NOOP") }
            #expect(last.hasPrefix("421"))
            let wrong = try Conversation(port: receiver.port)
            _ = await wrong.reply()
            for line in [
                "", "MAIL FROM:<>", "RCPT TO:<x@y>", "DATA", "AUTH PLAIN x", "STARTTLS", "EHLO", "GET / HTTP/1.1",
            ] {
                #expect(await wrong.ask(line).hasPrefix("50"), "\(line)")
            }
            _ = await wrong.ask("EHLO x")
            for line in ["MAIL FROM:ada@example.org", "MAIL FROM:<a", "MAIL FROM:<> RET=FULL", "MAIL FROM:<> SIZE=x"] {
                #expect(await wrong.ask(line).hasPrefix("5"), "\(line)")
            }
        }
    }

    // MARK: Nothing is lost

    @Test func `a database that fails means to try again, and then it is taken`() async throws {
        let fault = FaultSwitch()
        try await ReceiverHarness.with(wrap: { FailingDatabase(inner: $0, fault: fault) }) { receiver async throws in
            #expect(try await receiver.hand(over: Self.hard, to: receiver.bounce()).hasPrefix("451 4.3.0"))
            #expect(try await receiver.readings()[.returned] == 0)
            #expect(receiver.figures.results == [.failed: 1])
            fault.isOn.withLock { $0 = false }
            #expect(try await receiver.hand(over: Self.hard, to: receiver.bounce()).hasPrefix("250"))
            #expect(try await receiver.readings()[.returned] == 1)
        }
    }

    // MARK: Encryption

    @Test func `with a certificate it offers STARTTLS, and what was said before it is void (RFC 3207)`() async throws {
        let certificate = try TestCertificate.localhost()
        let identity = ReceivingIdentity(certificatePEM: certificate.certificatePEM, keyPEM: certificate.keyPEM)
        try await ReceiverHarness.with(identity: identity) { receiver async throws in
            let eager = try Conversation(port: receiver.port)
            _ = await eager.reply()
            #expect(await eager.ask("EHLO x").contains("STARTTLS"))
            eager.send("STARTTLS\r\nMAIL FROM:<>\r\n")
            #expect(await eager.reply().hasPrefix("501"))
            #expect(await eager.isEnded())

            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try Data(Self.hard).write(to: URL(fileURLWithPath: folder.file("mail")))
            let output = try await Python.run(
                """
                import smtplib, ssl, sys
                port, recipient, mail = int(sys.argv[1]), sys.argv[2], open(sys.argv[3], "rb").read()
                server = smtplib.SMTP("127.0.0.1", port, timeout=20)
                server.starttls(context=ssl._create_unverified_context())
                print("early", server.mail("")[0])
                server.ehlo()
                print("STARTTLS" if server.has_extn("starttls") else "encrypted")
                print(server.sendmail("", [recipient], mail))
                server.quit()
                """, ["\(receiver.port)", receiver.bounce(), folder.file("mail")])
            #expect(output.contains("early 503") && output.contains("encrypted") && output.contains("{}"), "\(output)")
            #expect(try await receiver.readings()[.returned] == 1)
        }
    }
}

private final class FaultSwitch: Sendable {
    let isOn = Mutex(true)
}

/// A database that cannot be written to while a test says so.
private struct FailingDatabase: Database {
    let inner: any Database
    let fault: FaultSwitch

    var dialect: Dialect { inner.dialect }

    func read<Value: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Value) async throws -> Value {
        try await inner.read(body)
    }

    func write<Value: Sendable>(_ body: @escaping @Sendable (any Transaction) throws -> Value) async throws -> Value {
        if fault.isOn.withLock({ $0 }) { throw DatabaseFault.full }
        return try await inner.write(body)
    }

    func close() async throws { try await inner.close() }
}

enum Python {
    static func run(_ program: String, _ arguments: [String]) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                let process = Process()
                process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
                process.arguments = ["python3", "-c", program] + arguments
                let output = Pipe()
                process.standardOutput = output
                process.standardError = output
                do {
                    try process.run()
                    let data = output.fileHandleForReading.readDataToEndOfFile()
                    process.waitUntilExit()
                    continuation.resume(returning: String(decoding: data, as: UTF8.self))
                } catch { continuation.resume(throwing: error) }
            }
        }
    }
}
