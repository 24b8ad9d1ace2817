internal import Campaigns
internal import Mail
internal import Persistence
internal import Vault

/// The envelope's sender, one address for each message (VERP): what comes back says by its address what it is about,
/// whatever is written in it.
struct ReturnPath: Sendable {
    private let domain: String

    /// Nil where there is none.
    init?(domain: String) {
        if domain.isEmpty { return nil }
        self.domain = domain
    }

    func address(of message: ClaimedMessage, _ signer: Signer) -> EmailAddress? {
        let local = signer.localPart(
            of: .bounce(account: message.accountID.rawValue, message: message.id.rawValue))
        return try? EmailAddress("\(local)@\(domain)")
    }

    /// Where a recipient writes to in order to unsubscribe (RFC 6068); nil for a domain that is too long for it.
    func unsubscribe(_ message: ClaimedMessage, _ signer: Signer) -> String? {
        let local = signer.localPart(
            of: .unsubscribe(
                account: message.accountID.rawValue, campaign: message.campaignID.rawValue,
                recipient: message.recipientID.rawValue))
        guard local.utf8.count <= 64, let address = try? EmailAddress("\(local)@\(domain)") else { return nil }
        // A plus is a plus there (RFC 6068 §5), and programs that decode nothing understand it too.
        return "mailto:\(address.wireForm)?subject=unsubscribe"
    }
}
