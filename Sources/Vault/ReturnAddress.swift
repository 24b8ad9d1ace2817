/// An address that Martlet makes so that mail comes back to it. Its local part says what that mail is about and is signed:
/// whatever stands in the mail, it is about that and nothing else.
public enum ReturnAddress: Hashable, Sendable {
    /// The envelope's sender of one message (VERP).
    case bounce(account: Int64, message: Int64)
    /// Where a recipient's mail program writes to in order to unsubscribe.
    case unsubscribe(account: Int64, campaign: Int64, recipient: Int64)
    /// Where providers report complaints about an account's mails (feedback loops).
    case complaints(account: Int64)

    fileprivate static let bouncePrefix = "bounce+"
    fileprivate static let unsubscribePrefix = "unsubscribe+"
    fileprivate static let complaintsPrefix = "complaints+"
}

extension Signer {
    /// What stands before the @: letters and digits that survive a change of case.
    public func localPart(of address: ReturnAddress) -> String {
        switch address {
        case .bounce(let account, let message):
            ReturnAddress.bouncePrefix + addressToken(.returnPath, account, message)
        case .unsubscribe(let account, let campaign, let recipient):
            ReturnAddress.unsubscribePrefix + addressToken(.unsubscribeByMail, account, campaign, recipient)
        case .complaints(let account):
            ReturnAddress.complaintsPrefix + addressToken(.complaints, account)
        }
    }

    /// What a local part names, in any case; `nil` for one that we did not make.
    public func returnAddress(localPart: some StringProtocol) -> ReturnAddress? {
        let text = localPart.lowercased()
        func numbers(_ purpose: SigningPurpose, _ prefix: String, _ count: Int) -> [Int64]? {
            guard text.hasPrefix(prefix),
                let numbers = self.numbers(purpose, inAddress: text.dropFirst(prefix.count)),
                numbers.count == count
            else { return nil }
            return numbers
        }
        if let found = numbers(.returnPath, ReturnAddress.bouncePrefix, 2) {
            return .bounce(account: found[0], message: found[1])
        }
        if let found = numbers(.unsubscribeByMail, ReturnAddress.unsubscribePrefix, 3) {
            return .unsubscribe(account: found[0], campaign: found[1], recipient: found[2])
        }
        if let found = numbers(.complaints, ReturnAddress.complaintsPrefix, 1) {
            return .complaints(account: found[0])
        }
        return nil
    }
}
