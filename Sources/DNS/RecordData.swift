/// What is in a record's data; nil for data that is not as it should be.
extension Answer {
    /// TXT records, each with its strings put together (RFC 7208 §3.3). What is not UTF-8 is replaced.
    public var texts: [String] {
        records.compactMap { data in
            var text: [UInt8] = []
            var rest = data[...]
            while let length = rest.popFirst() {
                guard rest.count >= Int(length) else { return nil }
                text += rest.prefix(Int(length))
                rest = rest.dropFirst(Int(length))
            }
            return String(decoding: text, as: UTF8.self)
        }
    }

    /// MX records (RFC 1035 §3.3.9), the most wanted first. The host of a null MX (RFC 7505) is empty.
    public var mailExchangers: [MailExchanger] {
        records.compactMap { data in
            guard data.count > 2, let host = Self.name(data[2...]) else { return nil }
            return MailExchanger(preference: Int(data[0]) << 8 | Int(data[1]), host: host)
        }.sorted { ($0.preference, $0.host) < ($1.preference, $1.host) }
    }

    /// Names: of PTR and NS records.
    public var names: [String] { records.compactMap { Self.name($0[...]) } }

    /// A name in wire format (RFC 1035 §3.1), in lower case and without the dot at its end.
    private static func name(_ data: ArraySlice<UInt8>) -> String? {
        var labels: [String] = []
        var rest = data
        while let length = rest.popFirst() {
            if length == 0 { return labels.joined(separator: ".") }
            guard length < 64, rest.count >= Int(length) else { return nil }
            labels.append(String(decoding: rest.prefix(Int(length)), as: UTF8.self).lowercased())
            rest = rest.dropFirst(Int(length))
        }
        return nil
    }
}

public struct MailExchanger: Sendable, Hashable {
    /// Lower is tried first.
    public var preference: Int
    public var host: String

    public init(preference: Int, host: String) {
        self.preference = preference
        self.host = host
    }
}
