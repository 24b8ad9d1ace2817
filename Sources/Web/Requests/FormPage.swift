import HTTPTypes
import Hummingbird

/// The page of ours from which a form came, as the browser says it: a way back, and no proof of anything.
struct FormPage {
    /// Path and query; nil when it is not known, or on another site.
    let path: String?

    init(_ request: Request) {
        guard let address = request.headers[.hxCurrentURL] ?? request.headers[.referer],
            let scheme = address.firstRange(of: "://"), ["http", "https"].contains(address[..<scheme.lowerBound])
        else {
            path = nil
            return
        }
        let rest = address[scheme.upperBound...]
        let host = rest.prefix { $0 != "/" }
        let place = SafePath(String(rest.dropFirst(host.count).prefix { $0 != "#" })).path
        path = host.lowercased() == request.head.authority?.lowercased() && place != "/" ? place : nil
    }
}
