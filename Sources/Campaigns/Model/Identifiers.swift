/// The tenant: whoever registers gets one. Every row of an account carries its id.
public enum Account {
    public struct ID: Identifier {
        public let rawValue: Int64; public init(rawValue: Int64) { self.rawValue = rawValue }
    }
}

/// A person who logs in.
public enum User {
    public struct ID: Identifier {
        public let rawValue: Int64; public init(rawValue: Int64) { self.rawValue = rawValue }
    }
}

/// How an account sends.
public enum Sender {
    public struct ID: Identifier {
        public let rawValue: Int64; public init(rawValue: Int64) { self.rawValue = rawValue }
    }
}

/// One address of one account.
public enum Recipient {
    public struct ID: Identifier {
        public let rawValue: Int64; public init(rawValue: Int64) { self.rawValue = rawValue }
    }
}

/// Name, subject and bodies with merge tags.
public enum Template {
    public struct ID: Identifier {
        public let rawValue: Int64; public init(rawValue: Int64) { self.rawValue = rawValue }
    }
}

/// What a template read like when a campaign began: never changed afterwards.
public enum Content {
    public struct ID: Identifier {
        public let rawValue: Int64; public init(rawValue: Int64) { self.rawValue = rawValue }
    }
}

/// A key with which an account signs its mails.
public enum SigningKey {
    public struct ID: Identifier {
        public let rawValue: Int64; public init(rawValue: Int64) { self.rawValue = rawValue }
    }
}

/// A content that goes with mails.
public enum File {
    public struct ID: Identifier {
        public let rawValue: Int64; public init(rawValue: Int64) { self.rawValue = rawValue }
    }
}

/// Template, audience, sender and schedule.
public enum Campaign {
    public struct ID: Identifier {
        public let rawValue: Int64; public init(rawValue: Int64) { self.rawValue = rawValue }
    }
}

/// One campaign (or single mail) for one recipient: the row of the ledger.
public enum Message {
    public struct ID: Identifier {
        public let rawValue: Int64; public init(rawValue: Int64) { self.rawValue = rawValue }
    }
}

/// One upload of recipients.
public enum Import {
    public struct ID: Identifier {
        public let rawValue: Int64; public init(rawValue: Int64) { self.rawValue = rawValue }
    }
}

/// One start of one node: the epoch that fences its writes (DESIGN §4.4).
public enum Epoch {
    public struct ID: Identifier {
        public let rawValue: Int64; public init(rawValue: Int64) { self.rawValue = rawValue }
    }
}

/// A 64-bit id from the database's sequence; typed, so that a template's id is never taken for a campaign's.
public protocol Identifier: RawRepresentable<Int64>, Hashable, Sendable, Comparable, CustomStringConvertible {
    init(rawValue: Int64)
}

extension Identifier {
    /// From a URL or a form: digits only, positive. `nil` for everything else.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int64(text), value > 0 else {
            return nil
        }
        self.init(rawValue: value)
    }

    public var description: String { String(rawValue) }
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
