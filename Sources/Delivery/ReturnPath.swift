public import Campaigns
public import Mail
internal import Persistence
public import Vault

/// The envelope's sender, one address for each message (VERP): what comes back says by its address what it is about,
/// whatever is written in it.
public struct ReturnPath: Sendable {
    private static let prefix = "bounce+"

    private let domain: String

    /// Nil where there is none.
    init?(domain: String) {
        if domain.isEmpty { return nil }
        self.domain = domain
    }

    func address(of message: ClaimedMessage, _ signer: Signer) -> EmailAddress? {
        let token = signer.addressToken(.returnPath, message.accountID.rawValue, message.id.rawValue)
        return try? EmailAddress("\(Self.prefix)\(token)@\(domain)")
    }

    /// What a mail that came back is about; nil for an address that we did not make.
    public static func message(
        behind address: EmailAddress, _ signer: Signer
    ) -> (account: Account.ID, message: Message.ID)? {
        guard address.localPart.lowercased().hasPrefix(prefix),
            let numbers = signer.numbers(.returnPath, inAddress: address.localPart.dropFirst(prefix.count)),
            numbers.count == 2
        else { return nil }
        return (Account.ID(rawValue: numbers[0]), Message.ID(rawValue: numbers[1]))
    }
}
