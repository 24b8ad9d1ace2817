internal import Mail

/// Groups of fields, as reports have them (RFC 3464 §2.1, RFC 5965 §3): like headers, divided by empty lines. Tolerant: what
/// is none is passed over.
struct ReportFields {
    /// Fields of the groups by their lower-cased names; the first of a name counts.
    private(set) var groups: [[String: String]] = []

    private static let mostGroups = 50, mostFields = 50, longestValue = 2000

    init(_ bytes: [UInt8]) {
        var group: [String: String] = [:]
        var name = ""
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            let line = line.last == 0x0D ? line.dropLast() : line
            guard let first = line.first else {
                if !group.isEmpty { groups.append(group) }
                (group, name) = ([:], "")
                if groups.count == Self.mostGroups { return }
                continue
            }
            if first == 0x20 || first == 0x09 {
                if !name.isEmpty, let value = group[name], value.utf8.count < Self.longestValue {
                    group[name] = value + " " + Self.text(line)
                }
            } else if let colon = line.firstIndex(of: UInt8(ascii: ":")), group.count < Self.mostFields {
                name = String(decoding: line[..<colon], as: UTF8.self).lowercased().trimmed
                if group[name] == nil { group[name] = Self.text(line[(colon + 1)...]) } else { name = "" }
            } else {
                name = ""
            }
        }
        if !group.isEmpty { groups.append(group) }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix(longestValue), as: UTF8.self).trimmed
    }
}

/// One recipient of a delivery status notification (RFC 3464 §2.3).
struct DeliveryStatus: Hashable, Sendable {
    enum Action: String, Sendable {
        case failed, delayed, delivered, relayed, expanded
    }

    var action: Action
    var status: StatusCode?
    /// Lower-cased; empty where it is not named.
    var finalRecipient: String
    var originalRecipient: String
    /// What the other server said: "550 5.1.1 User unknown".
    var diagnostic: String
    /// Whose words these are.
    var server: String

    /// `nil` for a group that is about no recipient.
    init?(_ fields: [String: String]) {
        let status = fields["status"].flatMap { StatusCode(in: $0) }
        let action = fields["action"].flatMap { Self.action($0) } ?? status.map { Self.action(of: $0) }
        guard let action else { return nil }
        self.action = action
        self.status = status
        finalRecipient = Self.address(fields["final-recipient"] ?? "")
        originalRecipient = Self.address(fields["original-recipient"] ?? "")
        diagnostic = Self.untyped(fields["diagnostic-code"] ?? "")
        server = Self.untyped(fields["remote-mta"] ?? "")
    }

    /// The first word: some servers add a comment.
    private static func action(_ text: String) -> Action? {
        let word = text.lowercased().prefix { $0.isLetter }
        return word == "failure" || word == "fail" ? .failed : Action(rawValue: String(word))
    }

    private static func action(of status: StatusCode) -> Action {
        switch status.category {
        case 2: .delivered
        case 4: .delayed
        default: .failed
        }
    }

    /// `rfc822; <ada@example.org>` (§2.3.2).
    private static func address(_ text: String) -> String {
        untyped(text).trimmingBrackets.lowercased()
    }

    /// What stands behind the type: `smtp; 550 …`.
    private static func untyped(_ text: String) -> String {
        guard let semicolon = text.firstIndex(of: ";"),
            text[..<semicolon].utf8.allSatisfy({ $0.isLetterOrDigit || $0 == UInt8(ascii: "-") || $0 == 0x20 })
        else { return text }
        return String(text[text.index(after: semicolon)...]).trimmed
    }
}

extension StringProtocol {
    /// Without blanks and tabs around it.
    var trimmed: String {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }
        let bytes = Array(utf8)
        guard let start = bytes.firstIndex(where: { !isBlank($0) }), let end = bytes.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(decoding: bytes[start...end], as: UTF8.self)
    }

    var trimmingBrackets: String {
        let text = trimmed
        return text.hasPrefix("<") && text.hasSuffix(">") ? String(text.dropFirst().dropLast()) : text
    }
}
