internal import Foundation
internal import Logging
internal import ServiceLifecycle

/// Runs services in one group, in their order, and stops them in reverse on SIGTERM or SIGINT: nothing new is begun,
/// what is under way ends. A second signal ends the process at once.
struct ServiceRunner: Sendable {
    let services: [any Service]
    let logger: Logger
    /// For a job that ends by itself, the last service's end is the end of all.
    var endsWithLast = false

    /// To their end, with signals left as they are: for what may be killed at any time. `run` is for once in a process,
    /// because a second source for the same signals gets none after the first was cancelled.
    func runWithoutSignals() async throws { try await group().run() }

    /// - Parameter canStop: told the first signal, before the services are.
    /// - Returns: the signal that stopped them; nil when they ended by themselves.
    func run(canStop: @escaping @Sendable (Int32) -> Void = { _ in }) async throws -> Int32? {
        let signals = StopSignals()
        let group = group()
        return try await withThrowingTaskGroup(of: Int32?.self) { tasks in
            tasks.addTask {
                try await group.run()
                return nil
            }
            tasks.addTask { [logger] in
                var first: Int32?
                var firstTime = ContinuousClock.now
                for await signal in signals.signals {
                    if first != nil {
                        // `timeout` and some shells send one signal to the process and to its group.
                        guard ContinuousClock.now - firstTime > .milliseconds(300) else { continue }
                        logger.warning("Stopped at once by a second signal")
                        _exit(128 + signal)
                    }
                    first = signal
                    firstTime = .now
                    logger.notice("Stopping: what is under way ends, nothing new is begun")
                    canStop(signal)
                    await group.triggerGracefulShutdown()
                }
                return first
            }
            defer { tasks.cancelAll() }
            while let ended = try await tasks.next() { return ended ?? signals.first }
            return nil
        }
    }

    private func group() -> ServiceGroup {
        ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.enumerated().map { index, service in
                    ServiceGroupConfiguration.ServiceConfiguration(
                        service: NamedService(service: service),
                        successTerminationBehavior: endsWithLast && index == services.count - 1
                            ? .gracefullyShutdownGroup : .cancelGroup,
                        // What is under way ends before the process does.
                        failureTerminationBehavior: service is SchemaWatch ? .gracefullyShutdownGroup : .cancelGroup)
                }, logger: logger))
    }
}

/// A service that says its type and no more when it is printed. The group names each service by printing it, with all that it
/// holds otherwise: a tenth of the time of a start, and keys would be in the log line of one that ended.
private struct NamedService: Service, CustomStringConvertible {
    let service: any Service

    var description: String { "\(type(of: service))" }

    func run() async throws { try await service.run() }
}
