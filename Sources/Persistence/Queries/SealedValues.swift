public import Campaigns

/// A secret as it is stored, with the row that it belongs to.
public struct SealedValue: Sendable, Hashable {
    /// Where secrets are kept: the places of `SealedPlace`.
    public enum Kind: Sendable, CaseIterable {
        case senderPassword, signingKey
    }

    public var kind: Kind
    public var account: Account.ID
    public var row: Int64
    public var sealed: [UInt8]
}

/// For the whole installation: its keys are changed as a whole.
extension Transaction {
    /// All secrets of a kind; nobody changes them until the transaction ends.
    public func sealedValues(_ kind: SealedValue.Kind) throws -> [SealedValue] {
        let query: SQL =
            switch kind {
            case .senderPassword:
                "SELECT account_id, id, smtp_password FROM sender WHERE smtp_password IS NOT NULL ORDER BY id"
            case .signingKey: "SELECT account_id, id, private_key FROM dkim_key ORDER BY id"
            }
        return try rows("\(query) \(dialect.lockingRows)") {
            SealedValue(kind: kind, account: try $0.id(0), row: try $0.int64(1), sealed: try $0.bytes(2))
        }
    }

    public func replace(_ value: SealedValue, by sealed: [UInt8]) throws {
        switch value.kind {
        case .senderPassword:
            try runLater(
                """
                UPDATE sender SET smtp_password = \(sealed) WHERE account_id = \(value.account) AND id = \(value.row)
                """)
        case .signingKey:
            try runLater(
                """
                UPDATE dkim_key SET private_key = \(sealed) WHERE account_id = \(value.account) AND id = \(value.row)
                """)
        }
    }
}
