/// What a counted link of a mail stands for.
public struct ClickNumbers: Sendable, Hashable {
    public var account: Int64
    /// The frozen content whose table of links says where it leads.
    public var content: Int64
    public var message: Int64
    public var link: Int64

    public init(account: Int64, content: Int64, message: Int64, link: Int64) {
        self.account = account
        self.content = content
        self.message = message
        self.link = link
    }
}

/// Links that are counted: they name a row, and never an address to go on to.
extension MailLinks {
    /// Appends the address of the picture that tells that a mail was opened.
    public func appendPixel(account: Int64, message: Int64, to text: inout [UInt8]) {
        text.append(contentsOf: siteURL.utf8)
        text.append(contentsOf: "/track/pixel/".utf8)
        signer.appendToken(.pixel, of: 2, to: &text) { numbers in
            numbers.append(account)
            numbers.append(message)
        }
        text.append(UInt8(ascii: "/"))
    }

    public func appendClick(_ numbers: ClickNumbers, to text: inout [UInt8]) {
        text.append(contentsOf: siteURL.utf8)
        text.append(contentsOf: "/track/click/".utf8)
        signer.appendToken(.click, of: 4, to: &text) { packed in
            packed.append(numbers.account)
            packed.append(numbers.content)
            packed.append(numbers.message)
            packed.append(numbers.link)
        }
        text.append(UInt8(ascii: "/"))
    }

    public func pixel(account: Int64, message: Int64) -> String {
        var text: [UInt8] = []
        appendPixel(account: account, message: message, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    public func click(_ numbers: ClickNumbers) -> String {
        var text: [UInt8] = []
        appendClick(numbers, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// `nil` for a token that is not ours.
    public func pixel(in token: some StringProtocol) -> (account: Int64, message: Int64)? {
        guard let numbers = signer.numbers(.pixel, in: token), numbers.count == 2 else { return nil }
        return (numbers[0], numbers[1])
    }

    /// `nil` for a token that is not ours.
    public func click(in token: some StringProtocol) -> ClickNumbers? {
        guard let numbers = signer.numbers(.click, in: token), numbers.count == 4 else { return nil }
        return ClickNumbers(account: numbers[0], content: numbers[1], message: numbers[2], link: numbers[3])
    }
}
