internal import Foundation
internal import NIOCore
internal import Synchronization

/// Which connections are open, and from where.
final class ConnectionBook: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: (channel: any Channel, place: String)] = [:]
        var places: [String: Int] = [:]
    }

    private let state = Mutex(State())
    private let limits: ReceivingLimits
    private let figures: ReturnFigures

    init(limits: ReceivingLimits, figures: ReturnFigures) {
        self.limits = limits
        self.figures = figures
    }

    /// - Returns: whether there is room for it.
    func open(_ channel: any Channel) -> Bool {
        let place = Self.place(channel.remoteAddress)
        let isIn = state.withLock { state in
            guard state.channels.count < limits.connections,
                state.places[place, default: 0] < limits.connectionsPerAddress
            else { return false }
            state.channels[ObjectIdentifier(channel)] = (channel, place)
            state.places[place, default: 0] += 1
            return true
        }
        figures.set(connections: count)
        return isIn
    }

    func close(_ channel: any Channel) {
        state.withLock { state in
            guard let (_, place) = state.channels.removeValue(forKey: ObjectIdentifier(channel)) else { return }
            let left = state.places[place, default: 1] - 1
            state.places[place] = left > 0 ? left : nil
        }
        figures.set(connections: count)
    }

    var count: Int { state.withLock { $0.channels.count } }
    var isCrowded: Bool { count * 2 > limits.connections }
    var channels: [any Channel] { state.withLock { $0.channels.values.map(\.channel) } }

    /// An address of IPv4, or the network of one of IPv6: whoever has one of those has all of it.
    static func place(_ address: SocketAddress?) -> String {
        guard let address, let text = address.ipAddress else { return "" }
        var bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return text }
        // IPv4 in IPv6's clothes (::ffff:192.0.2.1).
        if bytes.prefix(10).allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF { return text }
        return bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":")
    }
}
