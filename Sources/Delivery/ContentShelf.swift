internal import Campaigns

/// Lets the conversations of a campaign that begin at once wait for one making of its content: its files are loaded and its
/// texts written once, and not on anybody's event loop.
actor ContentShelf {
    private var making: [Content.ID: Task<CompiledContent, any Error>] = [:]

    func content(
        _ content: Content.ID, made make: @escaping @Sendable () async throws -> CompiledContent
    ) async throws -> CompiledContent {
        if let task = making[content] { return try await task.value }
        // Detached: it inherits no preference for the loop of the first one who asked.
        let task = Task.detached { try await make() }
        making[content] = task
        defer { making[content] = nil }
        return try await task.value
    }
}
