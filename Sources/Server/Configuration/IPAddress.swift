internal import Foundation

/// Whether a text is an IP address (RFC 4291 §2.2 and the dotted form of IPv4).
enum IPAddress {
    static func isValid(_ text: String) -> Bool {
        var four = in_addr()
        var six = in6_addr()
        return inet_pton(AF_INET, text, &four) == 1 || inet_pton(AF_INET6, text, &six) == 1
    }
}
