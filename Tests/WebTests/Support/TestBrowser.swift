import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// A small browser: keeps cookies, sends forms with the token of the page they are on, follows no redirect by itself.
final class TestBrowser {
    struct Answer: Sendable {
        var status: Int
        var headers: [(name: String, value: String)]
        var body: String

        func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }

        var location: String? { header("Location") }
        /// The form token on the page.
        var formToken: String {
            guard let start = body.range(of: #"name="csrfmiddlewaretoken" value=""#) else { return "" }
            return String(body[start.upperBound...].prefix { $0 != "\"" })
        }
    }

    let port: Int
    var cookies: [String: String] = [:]
    /// Sent with every request.
    var headers: [(String, String)] = []

    init(port: Int) { self.port = port }

    func get(_ path: String, _ extra: [(String, String)] = []) async throws -> Answer {
        try await send(.GET, path, extra, body: nil)
    }

    /// Posts a form, with the token of the page at `page` (by default the same path).
    func post(
        _ path: String, _ fields: KeyValuePairs<String, String> = [:], from page: String? = nil, token: String? = nil,
        _ extra: [(String, String)] = []
    ) async throws -> Answer {
        try await post(path, fields: fields.map { ($0.key, $0.value) }, from: page, token: token, extra)
    }

    func post(
        _ path: String, fields: [(String, String)], from page: String? = nil, token: String? = nil,
        _ extra: [(String, String)] = []
    ) async throws -> Answer {
        let formToken: String
        if let token { formToken = token } else { formToken = try await get(page ?? path).formToken }
        let pairs = [("csrfmiddlewaretoken", formToken)] + fields
        let body = pairs.map { "\(Self.encoded($0.0))=\(Self.encoded($0.1))" }.joined(separator: "&")
        return try await send(
            .POST, path, [("Content-Type", "application/x-www-form-urlencoded")] + extra, body: Array(body.utf8))
    }

    func send(
        _ method: HTTPMethod, _ path: String, _ extra: [(String, String)] = [], body: [UInt8]?
    ) async throws -> Answer {
        var head = HTTPRequestHead(version: .http1_1, method: method, uri: path)
        head.headers.add(name: "Connection", value: "close")
        if !extra.contains(where: { $0.0 == "Host" }) { head.headers.add(name: "Host", value: "127.0.0.1:\(port)") }
        if !cookies.isEmpty {
            head.headers.add(name: "Cookie", value: cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; "))
        }
        for (name, value) in headers + extra { head.headers.add(name: name, value: value) }
        if let body { head.headers.add(name: "Content-Length", value: String(body.count)) }
        let answer = try await exchange(head, body)
        for header in answer.headers where header.name.lowercased() == "set-cookie" { keep(header.value) }
        return answer
    }

    /// A copy with the same cookies, as another tab or a thief of cookies would have.
    func copy() -> TestBrowser {
        let other = TestBrowser(port: port)
        other.cookies = cookies
        other.headers = headers
        return other
    }

    private func keep(_ cookie: String) {
        let parts = cookie.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
        let pair = parts[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if parts.contains("Max-Age=0") { cookies[pair[0]] = nil } else { cookies[pair[0]] = pair[1] }
    }

    private func exchange(_ head: HTTPRequestHead, _ body: [UInt8]?) async throws -> Answer {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    return try NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>(
                        wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            // At once: a server that answers the head of a request may have closed before its end is written.
            let bodyParts = body.map { [HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: $0)))] } ?? []
            try await outbound.write(contentsOf: [.head(head)] + bodyParts + [.end(nil)])
            var answer = Answer(status: 0, headers: [], body: "")
            var received = ByteBuffer()
            for try await part in inbound {
                switch part {
                case .head(let head):
                    answer.status = Int(head.status.code)
                    answer.headers = head.headers.map { ($0.name, $0.value) }
                case .body(var buffer): received.writeBuffer(&buffer)
                case .end:
                    answer.body = String(buffer: received)
                    return answer
                }
            }
            throw ChannelError.eof
        }
    }

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}
