/// How the connections of one sender are divided among the nodes that work on it: all alike, and each knows its part from
/// what all know.
public enum ConnectionShare {
    /// - Parameters:
    ///   - connections: as many as the sender may have.
    ///   - place: which of the nodes it is, from 0; the first ones get what cannot be divided.
    public static func of(_ connections: Int, among nodes: Int, place: Int) -> Int {
        connections / nodes + (place < connections % nodes ? 1 : 0)
    }
}
