internal import Campaigns
internal import Vault

/// Whose mail was sent back, by what we wrote into it and signed: the return path, the address or link that unsubscribes, the
/// link to see it in the browser. What is not signed by us is not believed.
enum SignedTokens {
    enum Reference: Hashable, Sendable {
        case message(Account.ID, Message.ID)
        case recipient(Account.ID, Campaign.ID, Recipient.ID)
    }

    /// Tokens that are looked at in one mail: each costs a code.
    private static let most = 200

    /// The first one that is ours, in one pass over each text.
    static func reference(in texts: [[UInt8]], _ signer: Signer) -> Reference? {
        var left = most
        for text in texts {
            if let found = reference(in: text, signer, &left) { return found }
        }
        return nil
    }

    private static let addresses = ["bounce+", "unsubscribe+"].map { Array($0.utf8) }
    private static let links = ["/unsubscribe/", "/view/"].map { Array($0.utf8) }

    private static func reference(in text: [UInt8], _ signer: Signer, _ left: inout Int) -> Reference? {
        for index in text.indices {
            let rest = text[index...]
            switch text[index] {
            case UInt8(ascii: "b"), UInt8(ascii: "u"), UInt8(ascii: "B"), UInt8(ascii: "U"):
                guard let prefix = addresses.first(where: { rest.startsFolded(with: $0) }) else { continue }
                let token = rest.dropFirst(prefix.count).prefix(65).prefix { $0.isLetterOrDigit }
                left -= 1
                let local = String(decoding: rest[index..<token.endIndex], as: UTF8.self)
                if let found = signer.returnAddress(localPart: local).flatMap({ Self.reference($0) }) { return found }
            case UInt8(ascii: "/"):
                guard let prefix = links.first(where: { rest.starts(with: $0) }) else { continue }
                let token = rest.dropFirst(prefix.count).prefix(201).prefix {
                    $0.isLetterOrDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                }
                left -= 1
                if let found = link(String(decoding: token, as: UTF8.self), signer) { return found }
            default: continue
            }
            if left <= 0 { return nil }
        }
        return nil
    }

    private static func link(_ token: String, _ signer: Signer) -> Reference? {
        let links = MailLinks(siteURL: "", signer: signer)
        if let found = links.unsubscribe(in: token) {
            return .recipient(
                Account.ID(rawValue: found.account), Campaign.ID(rawValue: found.campaign),
                Recipient.ID(rawValue: found.recipient))
        }
        return links.view(in: token).map {
            .message(Account.ID(rawValue: $0.account), Message.ID(rawValue: $0.message))
        }
    }

    private static func reference(_ address: ReturnAddress) -> Reference? {
        switch address {
        case .bounce(let account, let message):
            .message(Account.ID(rawValue: account), Message.ID(rawValue: message))
        case .unsubscribe(let account, let campaign, let recipient):
            .recipient(
                Account.ID(rawValue: account), Campaign.ID(rawValue: campaign), Recipient.ID(rawValue: recipient))
        case .complaints: nil
        }
    }
}

extension ArraySlice<UInt8> {
    /// In any case of letters.
    fileprivate func startsFolded(with prefix: [UInt8]) -> Bool {
        count >= prefix.count
            && zip(self, prefix).allSatisfy { (0x41...0x5A).contains($0) ? $0 | 0x20 == $1 : $0 == $1 }
    }
}
