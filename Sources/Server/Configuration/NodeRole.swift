/// What a node does.
public enum NodeRole: String, Sendable, CaseIterable {
    /// Serves the pages and sends nothing.
    case web
    /// Plans, sends and imports; serves no pages but `/health`, `/ready` and `/metrics`.
    case delivery
    /// Both.
    case all

    var delivers: Bool { self != .web }
    var servesPages: Bool { self != .delivery }
}
