internal import Foundation
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import TLS

/// One connection to a scripted server.
final class ScriptedSMTPServerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let steps: [ScriptedSMTPServer.Step]
    private let tls: TLSContext?
    private let log: NIOLockedValueBox<ScriptedSMTPServer.Log>
    private var position = 0
    private var input = ByteBuffer()
    private var message: [UInt8] = []
    private var isOver = false

    init(steps: [ScriptedSMTPServer.Step], tls: TLSContext?, log: NIOLockedValueBox<ScriptedSMTPServer.Log>) {
        self.steps = steps
        self.tls = tls
        self.log = log
    }

    func channelActive(context: ChannelHandlerContext) { run(context) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        input.writeBuffer(&buffer)
        run(context)
    }

    private func run(_ context: ChannelHandlerContext) {
        while !isOver {
            guard position < steps.count else { return end(context) }
            switch steps[position] {
            case .send(let text):
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .anything:
                guard input.readableBytes > 0 else { return }
                input.clear()
            case .chunk:
                guard takeChunk() else { return }
            case .expectNothing:
                guard let line = nextLine() else { return }
                if line != [0x0D, 0x0A] { log.withLockedValue { $0.problems.append("expected an empty line") } }
            case .expect(let prefix):
                guard let line = nextLine() else { return }
                let text = String(decoding: line.dropLast(2), as: UTF8.self)
                log.withLockedValue {
                    $0.heard.append(text)
                    if !text.hasPrefix(prefix) { $0.problems.append("expected \(prefix), heard \(text)") }
                }
            case .message:
                guard let line = nextLine() else { return }
                if line != [0x2E, 0x0D, 0x0A] {
                    message += line
                    continue
                }
                let whole = message
                message = []
                log.withLockedValue { $0.messages.append(whole) }
            case .deaf: _ = context.channel.setOption(.autoRead, value: false)
            case .tls:
                guard let tls else { return end(context) }
                try? context.pipeline.syncOperations.addHandler(TLSHandler(server: tls), position: .first)
            case .close: return end(context)
            case .reset:
                if let option = context.channel as? any SocketOptionProvider {
                    _ = option.setSoLinger(linger(l_onoff: 1, l_linger: 0))
                }
                return end(context)
            case .silence:
                isOver = true
                return
            }
            position += 1
        }
    }

    /// Whether a whole last chunk was there; it is taken then.
    private func takeChunk() -> Bool {
        var rest = input
        let view = rest.readableBytesView
        guard let lf = view.firstIndex(of: 0x0A), let line = rest.readString(length: lf - view.startIndex + 1) else {
            return false
        }
        // CRLF is one character.
        let words = line.dropLast().split(separator: " ")
        guard words.count == 3, words[0] == "BDAT", words[2] == "LAST", let length = Int(words[1]) else {
            log.withLockedValue { $0.problems.append("expected BDAT, heard \(line)") }
            input = rest
            return true
        }
        guard let bytes = rest.readBytes(length: length) else { return false }
        log.withLockedValue { $0.messages.append(bytes) }
        input = rest
        return true
    }

    private func end(_ context: ChannelHandlerContext) {
        isOver = true
        context.close(promise: nil)
    }

    private func nextLine() -> [UInt8]? {
        let view = input.readableBytesView
        guard let lf = view.firstIndex(of: 0x0A) else { return nil }
        return input.readBytes(length: lf - view.startIndex + 1)
    }
}
