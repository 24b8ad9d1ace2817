internal import Logging
internal import Persistence
internal import ServiceLifecycle

/// Notices that a newer Martlet has changed the database beside us, as in an upgrade of one node after the other: then this
/// one goes on, if the change says that it may, or ends with a sentence.
struct SchemaWatch: Service {
    let database: any Database
    let logger: Logger
    var interval = Duration.seconds(5)

    func run() async throws {
        var isNoticed = false
        while !Task.isShuttingDownGracefully {
            do { try await cancelWhenGracefulShutdown { try await Task.sleep(for: interval) } } catch { return }
            guard let version = try? await database.read({ tx in try tx.schemaVersion() }), version.isNewer else {
                continue
            }
            try version.mustBeUsable()
            if !isNoticed {
                logger.notice(
                    "The database belongs to a newer version by now", metadata: ["schema": "\(version.found)"])
            }
            isNoticed = true
        }
    }
}
