internal import Foundation
internal import NIOCore
internal import SMTP
internal import TLS

/// One connection to a sink: lines and messages in, replies out, one after the other.
final class RecordingSMTPSinkHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Mode { case commands, loginUser, loginPassword, plainLogin, message }

    private let state: RecordingSMTPSinkState
    private let behaviour: RecordingSMTPSink.Behaviour
    private let tls: TLSContext?
    private var context: ChannelHandlerContext?
    private var input = ByteBuffer()
    private var mode = Mode.commands
    private var number = 0
    private var isEncrypted: Bool
    private var user: String?
    private var loginUser = ""
    private var sender: String?
    private var recipient: String?
    private var reactions = RecordingSMTPSink.Reactions()
    private var message: [UInt8] = []
    private var taken = 0
    private var isBusy = false

    init(state: RecordingSMTPSinkState, tls: TLSContext?) {
        self.state = state
        behaviour = state.behaviour
        self.tls = tls
        isEncrypted = behaviour.tls == .implicit
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) {
        number = state.opened(context.channel)
        if behaviour.whenCrowded == .greeting, state.isCrowded(context.channel) {
            say("421 4.7.0 Error: too many connections from 127.0.0.1")
            context.flush()
            return context.close(promise: nil)
        }
        say(behaviour.greeting)
        context.flush()
    }

    func channelInactive(context: ChannelHandlerContext) {
        state.closed(context.channel)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        input.writeBuffer(&buffer)
        process()
        context.flush()
    }

    private func process() {
        while !isBusy, let line = nextLine() {
            if mode == .message {
                messageLine(line)
            } else {
                command(String(decoding: line.dropLast(2), as: UTF8.self))
            }
        }
    }

    /// The next line with its CRLF.
    private func nextLine() -> ArraySlice<UInt8>? {
        let view = input.readableBytesView
        guard let lf = view.firstIndex(of: 0x0A) else { return nil }
        return input.readBytes(length: lf - view.startIndex + 1)?[...]
    }

    private func messageLine(_ line: ArraySlice<UInt8>) {
        if reactions.dropsInsideMessage { return react(.drop) { "" } }
        if line.elementsEqual([0x2E, 0x0D, 0x0A]) {
            mode = .commands
            return dot()
        }
        message.append(contentsOf: line.first == 0x2E ? line.dropFirst() : line)
    }

    private func dot() {
        taken += 1
        react(reactions.dot, record: true) { "250 2.0.0 Ok: queued as \(self.number)-\(self.taken)" }
        sender = nil
        recipient = nil
    }

    private func command(_ line: String) {
        switch mode {
        case .plainLogin: return plain(line)
        case .loginUser:
            loginUser = Self.decoded(line)
            mode = .loginPassword
            return say("334 UGFzc3dvcmQ6")
        case .loginPassword: return login(user: loginUser, password: Self.decoded(line))
        case .commands, .message: break
        }
        let verb = line.split(separator: " ").first.map { $0.uppercased() } ?? ""
        state.heard(verb == "AUTH" ? "AUTH …" : line)
        switch verb {
        case "EHLO": hello()
        case "HELO": say("250 sink.example")
        case "STARTTLS": startTLS()
        case "AUTH": authenticate(line)
        case "MAIL": mail(line)
        case "RCPT": rcpt(line)
        case "DATA": data()
        case "RSET":
            sender = nil
            recipient = nil
            say("250 2.0.0 Ok")
        case "NOOP": say("250 2.0.0 Ok")
        case "QUIT":
            say("221 2.0.0 Bye")
            context?.flush()
            context?.close(promise: nil)
        default: say("502 5.5.1 Command not implemented")
        }
    }

    private func hello() {
        var lines = ["sink.example", "8BITMIME", "ENHANCEDSTATUSCODES"]
        if behaviour.offersPipelining { lines.append("PIPELINING") }
        if behaviour.offersSMTPUTF8 { lines.append("SMTPUTF8") }
        if let limit = behaviour.sizeLimit { lines.append("SIZE \(limit)") }
        if behaviour.tls == .startTLS, !isEncrypted { lines.append("STARTTLS") }
        if behaviour.login != nil, isEncrypted || behaviour.tls == .none { lines.append("AUTH PLAIN LOGIN") }
        say(lines.enumerated().map { "250\($0 == lines.count - 1 ? " " : "-")\($1)" }.joined(separator: "\r\n"))
    }

    private func startTLS() {
        guard behaviour.tls == .startTLS, !isEncrypted, let tls, let context else { return say("502 5.5.1 No TLS") }
        say("220 2.0.0 Ready to start TLS")
        context.flush()
        if behaviour.breaksTLS {
            say("this is no TLS")
            context.flush()
            return context.close(promise: nil)
        }
        input.clear()
        isEncrypted = true
        try? context.pipeline.syncOperations.addHandler(TLSHandler(server: tls), position: .first)
    }

    private func authenticate(_ line: String) {
        let words = line.split(separator: " ")
        switch words.count > 1 ? words[1].uppercased() : "" {
        case "PLAIN" where words.count > 2: plain(String(words[2]))
        case "PLAIN":
            mode = .plainLogin
            say("334 ")
        case "LOGIN":
            mode = .loginUser
            say("334 VXNlcm5hbWU6")
        default: say("504 5.5.4 Unrecognized authentication type")
        }
    }

    private func plain(_ text: String) {
        let parts = Self.decoded(text).split(separator: "\0", omittingEmptySubsequences: false)
        login(user: parts.count > 1 ? String(parts[1]) : "", password: parts.count > 2 ? String(parts[2]) : "")
    }

    private func login(user: String, password: String) {
        mode = .commands
        guard behaviour.login == SMTPCredentials(user: user, password: password) else {
            return say("535 5.7.8 Error: authentication failed")
        }
        self.user = user
        say("235 2.7.0 Authentication successful")
    }

    private static func decoded(_ base64: String) -> String {
        String(decoding: Data(base64Encoded: base64) ?? Data(), as: UTF8.self)
    }

    private func mail(_ line: String) {
        if let limit = behaviour.messagesPerConnection, taken >= limit {
            say("421 4.7.0 Too many messages on this connection")
            context?.flush()
            context?.close(promise: nil)
            return
        }
        if isCrowded(at: .mail) { return say("451 4.7.0 Too many concurrent connections") }
        if behaviour.login != nil, user == nil { return say("530 5.7.0 Authentication required") }
        if sender != nil { return say("503 5.5.1 Error: nested MAIL command") }
        sender = Self.path(line)
        say("250 2.1.0 Ok")
    }

    private func isCrowded(at place: RecordingSMTPSink.Crowded) -> Bool {
        behaviour.whenCrowded == place && context.map { state.isCrowded($0.channel) } == true
    }

    private func rcpt(_ line: String) {
        guard let sender else { return say("503 5.5.1 Error: need MAIL command") }
        if isCrowded(at: .recipient) { return say("452 4.3.2 Connection rate limit exceeded") }
        let path = Self.path(line)
        reactions = state.behaviour.reactions(.init(sender: sender, recipient: path, connection: number))
        react(reactions.recipient, positive: { self.recipient = path }) { "250 2.1.5 Ok" }
    }

    private func data() {
        guard recipient != nil else { return say("554 5.5.1 Error: no valid recipients") }
        react(reactions.data, positive: { self.beginMessage() }) { "354 End data with <CR><LF>.<CR><LF>" }
    }

    private func beginMessage() {
        mode = .message
        message = []
    }

    private static func path(_ line: String) -> String {
        guard let start = line.firstIndex(of: "<"), let end = line.lastIndex(of: ">") else { return "" }
        return String(line[line.index(after: start)..<end])
    }

    private func react(
        _ reaction: RecordingSMTPSink.Reaction, record: Bool = false, positive: () -> Void = {},
        usual: @escaping () -> String
    ) {
        switch reaction {
        case .accept:
            positive()
            if record { recordMessage() }
            say(usual())
        case .reply(let text):
            if text.hasPrefix("2") || text.hasPrefix("3") {
                positive()
                if record { recordMessage() }
            }
            say(text)
            if text.hasPrefix("421") {
                context?.flush()
                context?.close(promise: nil)
            }
        case .drop:
            context?.flush()
            context?.close(promise: nil)
        case .recordThenDrop:
            if record { recordMessage() }
            context?.close(promise: nil)
        case .silence: isBusy = true
        case .recordThenSilence:
            if record { recordMessage() }
            isBusy = true
        case .after(let duration, let later): wait(duration, record: record, positive: positive, usual: usual, later)
        }
    }

    private func wait(
        _ duration: Duration, record: Bool, positive: () -> Void, usual: @escaping () -> String,
        _ later: RecordingSMTPSink.Reaction
    ) {
        guard let context else { return }
        if case .accept = later { positive() }
        isBusy = true
        let sender = sender
        let recipient = recipient
        context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(duration)) {
            self.isBusy = false
            if record {
                self.sender = sender
                self.recipient = recipient
            }
            self.react(later, record: record, usual: usual)
            if record {
                self.sender = nil
                self.recipient = nil
            }
            self.process()
            self.context?.flush()
        }
    }

    private func recordMessage() {
        state.record(
            .init(
                sender: sender ?? "", recipient: recipient ?? "", bytes: message, connection: number,
                time: .now, wasEncrypted: isEncrypted, user: user))
    }

    private func say(_ reply: String) {
        guard let context else { return }
        context.write(wrapOutboundOut(context.channel.allocator.buffer(string: reply + "\r\n")), promise: nil)
    }
}
