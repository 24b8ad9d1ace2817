internal import Persistence
internal import ServiceLifecycle

/// Holds the database open for the services after it, and closes it when they have ended.
struct DatabaseService: Service {
    let database: any Database

    func run() async throws {
        try? await gracefulShutdown()
        try await database.close()
    }
}
