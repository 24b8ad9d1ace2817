/// The links that every mail carries: signed ids, never an address and never a URL to go on to.
public struct MailLinks: Sendable {
    /// Without a slash at its end.
    public let siteURL: String
    let signer: Signer

    public init(siteURL: String, signer: Signer) {
        self.siteURL = siteURL
        self.signer = signer
    }

    public func unsubscribe(account: Int64, campaign: Int64, recipient: Int64) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(siteURL.utf8.count + 80)
        text.append(contentsOf: siteURL.utf8)
        text.append(contentsOf: "/unsubscribe/".utf8)
        signer.appendToken(.unsubscribe, of: 3, to: &text) { numbers in
            numbers.append(account)
            numbers.append(campaign)
            numbers.append(recipient)
        }
        text.append(UInt8(ascii: "/"))
        return String(decoding: text, as: UTF8.self)
    }

    public func view(account: Int64, message: Int64) -> String {
        "\(siteURL)/view/\(signer.token(.viewInBrowser, account, message))/"
    }

    /// `nil` for a token that is not ours.
    public func unsubscribe(in token: some StringProtocol) -> (account: Int64, campaign: Int64, recipient: Int64)? {
        guard let numbers = signer.numbers(.unsubscribe, in: token), numbers.count == 3 else { return nil }
        return (numbers[0], numbers[1], numbers[2])
    }

    /// `nil` for a token that is not ours.
    public func view(in token: some StringProtocol) -> (account: Int64, message: Int64)? {
        guard let numbers = signer.numbers(.viewInBrowser, in: token), numbers.count == 2 else { return nil }
        return (numbers[0], numbers[1])
    }
}
