internal import Foundation
internal import Persistence
internal import Vault

/// All nodes of one database must have the same keys: what one of them seals or signs the others must open or recognise.
/// The database remembers something that was made with them, which gives neither of them away.
enum SharedKeys {
    /// - Throws: a ``CommandFailure`` that names the key which differs from the other nodes'.
    static func check(sealer: Sealer, signer: Signer, in database: any Database) async throws {
        try await database.write { tx in
            if let known = try tx.setting(Name.signed) {
                if known != signed(by: signer) {
                    // A newer key, whose owner knows the old one: from now on it is what nodes must have.
                    guard signer.before.contains(where: { signed(by: $0) == known }) else {
                        throw different(.secretKey)
                    }
                    try tx.setSetting(Name.signed, to: signed(by: signer))
                }
            } else {
                try tx.setSetting(Name.signed, to: signed(by: signer))
            }
            if let text = try tx.setting(Name.sealed), let known = Data(base64Encoded: text) {
                guard (try? sealer.openText(Array(known), at: place)) == word else {
                    throw different(.fieldEncryptionKey)
                }
                // A newer key comes first: from now on it is what nodes must have.
                guard sealer.needsResealing(known) else { return }
            }
            try tx.setSetting(Name.sealed, to: Data(sealer.seal(word, at: place)).base64EncodedString())
        }
    }

    /// From now on these keys are the right ones.
    /// - Returns: whether SECRET_KEY was another one.
    static func note(sealer: Sealer, signer: Signer, _ tx: any Transaction) throws -> Bool {
        let known = try tx.setting(Name.signed)
        try tx.setSetting(Name.signed, to: signed(by: signer))
        try tx.setSetting(Name.sealed, to: Data(sealer.seal(word, at: place)).base64EncodedString())
        return known.map { $0 != signed(by: signer) } ?? false
    }

    private static let word = "the keys of all nodes are the same"
    private static let place = SealedPlace(table: "setting", column: Name.sealed, account: 0, row: 0)

    private static func signed(by signer: Signer) -> String {
        Data(signer.code(.messageID, Array(word.utf8))).base64EncodedString()
    }

    private static func different(_ setting: Setting) -> CommandFailure {
        CommandFailure(
            .configuration,
            """
            \(setting.key) is not the one that this database's other nodes have. Give all of them the same keys: copy SECRET_KEY \
            and FIELD_ENCRYPTION_KEY from a node that works (its secrets.env, or its environment). Whoever means to change them \
            stops all nodes and runs `martlet change-keys`.
            """)
    }

    private enum Name {
        static let signed = "keys.signed"
        static let sealed = "keys.sealed"
    }
}
