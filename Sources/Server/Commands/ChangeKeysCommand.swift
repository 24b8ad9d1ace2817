internal import Campaigns
internal import Logging
internal import Persistence
internal import Vault

/// `martlet change-keys`: this database is used with the keys that are set now.
public enum ChangeKeysCommand {
    /// - Returns: lines for the person.
    public static func run(_ configuration: ServerConfiguration) async throws -> [String] {
        let folder = try DataFolder(opening: configuration.dataFolder)
        let lock = try folder.lockForDelivery()
        defer { lock.release() }
        let secrets = try Secrets(configuration, in: folder)
        let sealer = try Sealer(keyText: secrets.fieldEncryptionKey)
        let signer = Signer(secret: secrets.secretKey)
        let (database, _) = try await DatabaseOpening.open(configuration.database, logger: Logger(label: "martlet"))
        do {
            let isShared = if case .postgres = configuration.database { true } else { false }
            let (resealed, isNewSecret) = try await database.write { tx in
                guard try !tx.isAnyNodeAtWork() else {
                    throw CommandFailure(
                        .tryLater,
                        "A node delivers from this database. Stop all of them, wait 15 seconds, and try again.")
                }
                let resealed = try reseal(with: sealer, tx)
                let isNewSecret = try isShared && SharedKeys.note(sealer: sealer, signer: signer, tx)
                return (resealed, isNewSecret)
            }
            try await database.close()
            return lines(resealed, isNewSecret: isNewSecret)
        } catch {
            try? await database.close()
            throw error
        }
    }

    private static func lines(_ resealed: Int, isNewSecret: Bool) -> [String] {
        var lines = [
            resealed == 0
                ? "All stored passwords and signing keys are sealed with the first FIELD_ENCRYPTION_KEY already."
                : "\(SendProgress.grouped(resealed)) stored passwords and signing keys are sealed anew. The older FIELD_ENCRYPTION_KEY may be removed; backups made before still need it."
        ]
        if isNewSecret {
            lines.append(
                "SECRET_KEY is another one from now on. Links in mails that were sent before do not work any more, and a mail that is sent again is not the same to the byte."
            )
        }
        lines.append("Give all nodes these keys before they start.")
        return lines
    }

    private static func reseal(with sealer: Sealer, _ tx: any Transaction) throws -> Int {
        var count = 0
        for kind in SealedValue.Kind.allCases {
            for value in try tx.sealedValues(kind) where sealer.needsResealing(value.sealed) {
                let place = place(of: value)
                let secret: [UInt8]
                do { secret = try sealer.open(value.sealed, at: place) } catch {
                    throw CommandFailure(
                        .configuration,
                        "The keys at hand do not open all that is stored. Set FIELD_ENCRYPTION_KEY to the new key, a comma, and the old one. Nothing was changed."
                    )
                }
                try tx.replace(value, by: sealer.seal(secret, at: place))
                count += 1
            }
        }
        return count
    }

    private static func place(of value: SealedValue) -> SealedPlace {
        switch value.kind {
        case .senderPassword: .senderPassword(account: value.account.rawValue, sender: value.row)
        case .signingKey: .signingKey(account: value.account.rawValue, key: value.row)
        }
    }
}
