/// What is asked of a name (RFC 1035 §3.2.2 and later).
public enum RecordType: Int32, Sendable, CaseIterable {
    case a = 1
    case ns = 2
    case soa = 6
    case ptr = 12
    case mx = 15
    case txt = 16
    case aaaa = 28
    case dnskey = 48
    case tlsa = 52
}
