internal import Campaigns
internal import Delivery
internal import Foundation
internal import Logging
internal import Persistence

/// `martlet send-emails`: one pass over what is due (djangoMailer's command, for cron).
public enum SendEmailsCommand {
    /// - Returns: what to tell the person.
    public static func run(_ configuration: ServerConfiguration) async throws -> String {
        let logger = Logger(label: "martlet")
        let folder = try DataFolder(opening: configuration.dataFolder)
        let lock: ProcessLock
        do { lock = try ProcessLock(path: folder.deliveryLock) } catch let taken as ProcessLock.Taken {
            return
                "Another process\(taken.description) delivers from \(folder.path) already; there is nothing to do here."
        }
        defer { lock.release() }
        let installation = try await Installation(opening: configuration, logger: logger)
        let before = try await installation.database.read { tx in try tx.siteTally() }
        let engine = DeliveryEngine(
            database: installation.database,
            settings: try installation.deliverySettings(node: NodeName.current()), mode: .onePass, logger: logger)
        _ = try await ServiceRunner(services: [engine], logger: logger, endsWithLast: true).run()
        let after = try await installation.database.read { tx in try tx.siteTally() }
        try await installation.database.close()
        let changes = [
            "\(after[.delivered] - before[.delivered]) delivered", "\(after[.failed] - before[.failed]) failed",
            "\(after[.unknown] - before[.unknown]) unknown", "\(after.open) waiting",
        ]
        return "One pass is done: \(changes.joined(separator: ", "))."
    }
}
