internal import Logging
internal import Persistence

/// `martlet migrate`.
public enum MigrateCommand {
    /// - Returns: the numbers of the migrations that were applied.
    public static func run(_ configuration: ServerConfiguration) async throws -> [Int] {
        let installation = try await Installation(opening: configuration, logger: Logger(label: "martlet"))
        try await installation.database.close()
        return installation.migrated
    }
}
