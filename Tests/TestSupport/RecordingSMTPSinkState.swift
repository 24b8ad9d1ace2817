internal import NIOConcurrencyHelpers
internal import NIOCore

/// What all connections of a sink share.
final class RecordingSMTPSinkState: Sendable {
    private struct Contents {
        var behaviour: RecordingSMTPSink.Behaviour
        var messages: [RecordingSMTPSink.Recorded] = []
        var commands: [String] = []
        var connectionCount = 0
        var mostOpenConnections = 0
        var open: [ObjectIdentifier: any Channel] = [:]
        var places: [ObjectIdentifier: Int] = [:]
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let contents: NIOLockedValueBox<Contents>

    init(_ behaviour: RecordingSMTPSink.Behaviour) {
        contents = NIOLockedValueBox(Contents(behaviour: behaviour))
    }

    var behaviour: RecordingSMTPSink.Behaviour { contents.withLockedValue { $0.behaviour } }
    var messages: [RecordingSMTPSink.Recorded] { contents.withLockedValue { $0.messages } }
    var commands: [String] { contents.withLockedValue { $0.commands } }
    var connectionCount: Int { contents.withLockedValue { $0.connectionCount } }
    var mostOpenConnections: Int { contents.withLockedValue { $0.mostOpenConnections } }
    var openChannels: [any Channel] { contents.withLockedValue { Array($0.open.values) } }

    func react(_ reactions: @escaping @Sendable (RecordingSMTPSink.Envelope) -> RecordingSMTPSink.Reactions) {
        contents.withLockedValue { $0.behaviour.reactions = reactions }
    }

    func opened(_ channel: any Channel) -> Int {
        contents.withLockedValue {
            $0.connectionCount += 1
            $0.open[ObjectIdentifier(channel)] = channel
            $0.places[ObjectIdentifier(channel)] = $0.connectionCount
            $0.mostOpenConnections = max($0.mostOpenConnections, $0.open.count)
            return $0.connectionCount
        }
    }

    /// Whether as many connections as are served are older than this one.
    func isCrowded(_ channel: any Channel) -> Bool {
        contents.withLockedValue {
            guard let most = $0.behaviour.mostConnections, let place = $0.places[ObjectIdentifier(channel)] else {
                return false
            }
            return $0.places.values.count { $0 < place } >= most
        }
    }

    func closed(_ channel: any Channel) {
        contents.withLockedValue {
            $0.open[ObjectIdentifier(channel)] = nil
            $0.places[ObjectIdentifier(channel)] = nil
        }
    }

    func heard(_ command: String) {
        contents.withLockedValue { $0.commands.append(command) }
    }

    func record(_ message: RecordingSMTPSink.Recorded) {
        let ready = contents.withLockedValue { contents in
            contents.messages.append(message)
            let count = contents.messages.count
            let ready = contents.waiters.filter { $0.count <= count }
            contents.waiters.removeAll { $0.count <= count }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    func waitForMessages(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = contents.withLockedValue {
                if $0.messages.count >= count { return true }
                $0.waiters.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }
}
