import Hummingbird
import Logging
import NIOCore

/// What Hummingbird carries beside a request: its id, its logger and who is at the other end of the connection.
struct WebContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let remoteAddress: SocketAddress?
    /// Unique in this installation's log, where each line about this request has it as `request.id`.
    let requestID: String

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        remoteAddress = source.channel.remoteAddress
        requestID = source.logger[metadataKey: "hb.request.id"]?.description ?? ""
        logger[metadataKey: "hb.request.id"] = nil
        logger[metadataKey: "request.id"] = "\(requestID)"
    }

    /// Four characters that a person can read out, in the page about an unexpected error and in the log.
    var reference: String {
        var hash: UInt32 = 2_166_136_261
        for byte in requestID.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        let text = String((hash >> 16 ^ hash) & 0xFFFF, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - text.count) + text
    }
}
