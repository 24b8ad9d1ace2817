/// The header fields that are signed, where they are: RFC 6376 §5.4.1, and what RFC 8058 §4 asks for.
struct SignedField: Sendable {
    enum Guarding: Sendable { case always, whereFound, never }

    let name: String
    /// Whether it is signed once more than it is there, so that nobody can add one that changes what is read or done
    /// (RFC 6376 §8.15). Services in between add a Feedback-ID of their own.
    let guarding: Guarding
    /// In lower case.
    let key: [UInt8]

    private init(_ name: String, _ guarding: Guarding) {
        self.name = name
        self.guarding = guarding
        key = Array(name.lowercased().utf8)
    }

    static let all = [
        SignedField("From", .always), SignedField("Reply-To", .always), SignedField("To", .always),
        SignedField("Cc", .always), SignedField("Subject", .always), SignedField("Date", .always),
        SignedField("Message-ID", .whereFound), SignedField("MIME-Version", .whereFound),
        SignedField("Content-Type", .always), SignedField("Content-Transfer-Encoding", .always),
        SignedField("List-ID", .whereFound), SignedField("List-Unsubscribe", .whereFound),
        SignedField("List-Unsubscribe-Post", .whereFound), SignedField("Feedback-ID", .never),
        SignedField("In-Reply-To", .whereFound), SignedField("References", .whereFound),
    ]

    /// Which one a name is, by its place in ``all``; nil for what is not signed.
    static func place(of name: UnsafeBufferPointer<UInt8>) -> Int? {
        all.firstIndex { field in
            field.key.count == name.count
                && zip(field.key, name).allSatisfy { $0 == ($1 >= 0x41 && $1 <= 0x5A ? $1 | 0x20 : $1) }
        }
    }
}
