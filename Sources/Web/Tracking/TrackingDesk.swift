import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import Synchronization
import Vault

/// Answers what mails ask for: pictures, and links that lead on. What memory is enough for is answered on the spot, by
/// ``TrackingHandler``; the routes give the same answers, and those that are a page.
final class TrackingDesk: Sendable {
    struct Answer {
        var status: HTTPResponseStatus
        var headers: HTTPHeaders
        var body: ByteBuffer?
    }

    let tracking: Tracking
    private let links: MailLinks
    private let hosts: AllowedHosts
    private let clientAddress: ClientAddress
    private let isSecure: Bool
    private let cached: Mutex<CommonHeaders>

    init(configuration: WebConfiguration, links: MailLinks, tracking: Tracking) {
        self.links = links
        self.tracking = tracking
        hosts = AllowedHosts(configuration.allowedHosts)
        clientAddress = ClientAddress(trustedProxies: configuration.trustedProxies)
        isSecure = configuration.isSecure
        cached = Mutex(CommonHeaders(second: 0, isSecure: isSecure))
    }

    /// `nil` for what memory is not enough for, and for all that is not asked for by mails.
    /// - Parameter network: that of whoever asks; called at most once.
    func answer(to head: HTTPRequestHead, network: () -> String) -> Answer? {
        guard head.method == .GET, let address = TrackingAddress(head.uri),
            hosts.allows(head.headers.first(name: "Host"))
        else { return nil }
        func reader() -> Reader {
            let sign = tracking.sign(isHead: false) { head.headers.first(name: $0.rawName) }
            return Reader(network: network(), sign: sign)
        }
        switch address {
        case .pixel(let token):
            notePixel(token, reader())
            return Answer(status: .ok, headers: commonHeaders.pixel, body: Pixel.bytes)
        case .click(let token):
            guard let numbers = links.click(in: token), case .leads(let target) = tracking.targets.known(numbers)
            else { return nil }
            noteClick(numbers, reader())
            var headers = commonHeaders.click
            headers.add(name: "Location", value: target)
            return Answer(status: .found, headers: headers)
        }
    }

    /// Whatever is asked for, the mail shows no broken picture; only what we made counts.
    func notePixel(_ token: some StringProtocol, _ reader: Reader) {
        guard let numbers = links.pixel(in: token) else { return }
        tracking.note(reader, account: numbers.account, message: numbers.message)
    }

    func noteClick(_ numbers: ClickNumbers, _ reader: Reader) {
        tracking.note(reader, link: numbers.link, account: numbers.account, message: numbers.message)
    }

    /// - Parameter header: the first value of a header.
    func reader(
        peer: SocketAddress?, forwardedFor: String?, isHead: Bool, header: (HTTPField.Name) -> String?
    ) -> Reader {
        Reader(
            network: network(peer: peer, forwardedFor: forwardedFor),
            sign: tracking.sign(isHead: isHead, header: header))
    }

    func network(peer: SocketAddress?, forwardedFor: String?) -> String {
        ReaderNetwork(subject: clientAddress.subject(peer: peer, forwardedFor: forwardedFor)).text
    }

    /// Those with the date of this second.
    private var commonHeaders: CommonHeaders {
        let second = time(nil)
        return cached.withLock { headers in
            if headers.second != second {
                headers = CommonHeaders(second: second, isSecure: isSecure)
            }
            return headers
        }
    }
}

/// What a mail's request is about.
enum TrackingAddress: Equatable {
    case pixel(token: Substring)
    case click(token: Substring)

    /// - Parameter target: path and query (RFC 9112 §3.2.1); `nil` for everything else, percent-encoded ones included.
    init?(_ target: String) {
        func token(after prefix: StaticString) -> Substring? {
            guard target.hasPrefix(prefix.description) else { return nil }
            let rest = target[target.utf8.index(target.startIndex, offsetBy: prefix.utf8CodeUnitCount)...]
            guard let slash = rest.utf8.firstIndex(of: UInt8(ascii: "/")) else { return nil }
            let behind = rest.utf8[rest.utf8.index(after: slash)...]
            guard behind.isEmpty || behind.first == UInt8(ascii: "?") else { return nil }
            let token = rest[..<slash]
            return token.utf8.contains(UInt8(ascii: "%")) ? nil : token
        }
        if let token = token(after: "/track/pixel/") {
            self = .pixel(token: token)
        } else if let token = token(after: "/track/click/") {
            self = .click(token: token)
        } else {
            return nil
        }
    }
}

/// What is the same in all answers of one second.
private struct CommonHeaders {
    let second: Int
    let pixel: HTTPHeaders
    let click: HTTPHeaders

    init(second: Int, isSecure: Bool) {
        func headers(_ fields: HTTPFields, length: Int) -> HTTPHeaders {
            var fields = fields
            fields[.date] = HTTPDate(second: second).text
            fields[.contentLength] = "\(length)"
            ContentPolicy.standard.apply(to: &fields, isSecure: isSecure)
            return HTTPHeaders(fields.map { ($0.name.rawName, $0.value) })
        }
        self.second = second
        pixel = headers(Pixel.headers, length: Pixel.bytes.readableBytes)
        click = headers(LinkFollowing.headers, length: 0)
    }
}
