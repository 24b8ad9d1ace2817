internal import Campaigns
public import Logging
public import Persistence
public import ServiceLifecycle

/// Works on imports in the background: analyses, applies, takes back, tidies up. It wakes on the signal and looks once a
/// second, so that what another node received is found as well. A shutdown ends it after the piece under way; the next
/// start goes on there.
public struct ImportService: Service {
    private let database: any Database
    private let signal: ImportSignal
    private let worker: String
    private let logger: Logger
    private let beginnings = ImportBeginnings()

    /// - Parameter worker: names this service among those that work on the same database. After a restart the same one goes
    ///   on at once; to others it is gone once it was silent for ten seconds.
    public init(database: any Database, signal: ImportSignal, worker: String = "server", logger: Logger) {
        self.database = database
        self.signal = signal
        self.worker = worker
        self.logger = logger
    }

    public func run() async throws {
        let signals = signal.listen()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    try? await Task.sleep(for: .seconds(1))
                    signal.wake()
                }
            }
            signal.wake()
            for await _ in signals.cancelOnGracefulShutdown() { await workOff() }
            group.cancelAll()
        }
        let worker = worker
        try? await beginnings.takeBack(in: database)
        try? await database.writeRepeatable { try $0.releaseImports(of: worker) }
    }

    /// A piece of each import that waits, in turn, until none has more to do.
    func workOff() async {
        let worker = ImportWorker(
            database: database, shouldStop: { Task.isCancelled || Task.isShuttingDownGracefully }, progress: { _ in })
        var hasMore = true
        while hasMore, !worker.shouldStop() {
            hasMore = false
            do {
                for record in try await database.read({ try $0.importsToDo() }) where !worker.shouldStop() {
                    do {
                        guard try await claim(record) else { continue }
                        if let current = try await beginnings.begin(record, in: database) {
                            if try await worker.step(current) { hasMore = true }
                        } else {
                            hasMore = true
                        }
                        try await logChange(of: record)
                    } catch ImportFault.tooLarge {
                        try await giveUp(record)
                        hasMore = true
                    } catch {
                        // The piece was rolled back; the next look tries it again.
                        logger.error(
                            "Import could not go on",
                            metadata: [
                                "import.id": "\(record.id)", "import.state": "\(record.state)", "error": "\(error)",
                            ])
                    }
                }
            } catch {
                logger.error("Imports could not be read", metadata: ["error": "\(error)"])
            }
        }
        await indexOlderRecipients(while: { !worker.shouldStop() })
    }

    private func giveUp(_ record: ImportRecord) async throws {
        try await database.write { transaction in
            guard let current = try transaction.lockImport(record.id, in: record.state) else { return }
            try transaction.giveUp(current, because: "The rows of this file are too large to be imported together.")
        }
        try await logChange(of: record)
    }

    /// Whether the import is this service's to work on. An upload is nobody's: it is only looked at when it has been silent.
    private func claim(_ record: ImportRecord) async throws -> Bool {
        if record.state == .receiving || record.worker == worker { return true }
        let worker = worker
        return try await database.writeRepeatable { try $0.claimImport(record.id, for: worker) }
    }

    /// After an update to the version that knows where searches look: what was there before, a few thousand at a time.
    private func indexOlderRecipients(while goesOn: () -> Bool) async {
        do {
            while goesOn(), try await database.read({ try $0.hasUnindexedRecipients() }) {
                try await database.write { try $0.indexOlderRecipients(limit: 5_000) }
            }
        } catch {
            // The next look tries it again; until then searches read what is not indexed.
            logger.error("Recipients could not be indexed", metadata: ["error": "\(error)"])
        }
    }

    /// One line for each state that an import comes to, with what a person would ask first.
    private func logChange(of record: ImportRecord) async throws {
        let current = try await database.read { try $0.account(record.accountID).importRecord(record.id) }
        guard let current, current.state != record.state else { return }
        beginnings.forget(record)
        let details = try ImportDetails(json: current.details)
        logger.log(
            level: current.state == .failed ? .notice : .info, "Import changed its state",
            metadata: [
                "import.id": "\(current.id)", "import.state": "\(current.state.rawValue)",
                "import.rows": "\(details.rows)", "import.new": "\(details.new)",
                "import.changed": "\(details.changed)", "import.wrong": "\(details.wrong)",
                "reason": "\(current.error)",
            ])
    }
}
