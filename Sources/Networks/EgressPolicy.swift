public import NIOCore

/// Whose accounts may connect to this machine and to the networks behind it; the setting `ALLOW_PRIVATE_RELAYS`.
///
/// Everybody may reach the internet, nobody link-local networks, metadata services and multicast.
public struct EgressPolicy: Hashable, Sendable {
    public enum Insiders: String, Hashable, Sendable, CaseIterable {
        /// Accounts of a site administrator.
        case administrators
        case everyone
        case nobody
    }

    public var insiders: Insiders
    /// What every account may reach besides.
    public var ranges: [AddressRange]

    public init(_ insiders: Insiders, ranges: [AddressRange] = []) {
        self.insiders = insiders
        self.ranges = ranges
    }

    /// Reads `administrators`, `everyone` or `nobody`, and addresses or ranges, with commas between them. Ranges alone
    /// open nothing else.
    ///
    /// `nil` for anything else, for two of the words, and for a range that nobody may reach at all.
    public init?(_ text: String) {
        var insiders: Insiders?
        var ranges: [AddressRange] = []
        for part in text.split(separator: ",").map({ $0.filter { !$0.isWhitespace } }) where !part.isEmpty {
            if let word = Insiders(rawValue: part.lowercased()) {
                guard insiders == nil else { return nil }
                insiders = word
            } else if let range = AddressRange(part), NetworkReach(of: range.first) != .never {
                ranges.append(range)
            } else {
                return nil
            }
        }
        guard insiders != nil || !ranges.isEmpty else { return nil }
        self.init(insiders ?? .nobody, ranges: ranges)
    }

    /// - Parameters:
    ///   - isAdministrator: whether the account belongs to a site administrator.
    ///   - own: this machine's addresses, which reach what listens on it past any firewall.
    public func egress(isAdministrator: Bool, own: Set<NetworkAddress> = NetworkAddress.ofThisMachine()) -> EgressGuard
    {
        let reachesInside =
            switch insiders {
            case .administrators: isAdministrator
            case .everyone: true
            case .nobody: false
            }
        return EgressGuard(reachesInside: reachesInside, ranges: ranges, own: own)
    }
}

/// Says which addresses one account may connect to. To be asked with the address that the connection will be made to,
/// after the name was looked up: what a name means can change between two look-ups.
public struct EgressGuard: Sendable {
    let reachesInside: Bool
    let ranges: [AddressRange]
    let own: Set<NetworkAddress>

    /// For a connection that is about to be made.
    public func allows(_ address: SocketAddress) -> Bool { NetworkAddress(address).map { allows($0) } ?? false }

    public func allows(_ address: NetworkAddress) -> Bool {
        switch NetworkReach(of: address) {
        case .never: return false
        case .world where !own.contains(address.carriedIPv4 ?? address): return true
        case .inside, .world: return reachesInside || ranges.contains { $0.contains(address.carriedIPv4 ?? address) }
        }
    }
}

extension NetworkAddress {
    /// The addresses of this machine's network interfaces, as they are now.
    public static func ofThisMachine() -> Set<NetworkAddress> {
        let devices = (try? System.enumerateDevices()) ?? []
        return Set(devices.compactMap { $0.address.flatMap { NetworkAddress($0) } })
    }
}
