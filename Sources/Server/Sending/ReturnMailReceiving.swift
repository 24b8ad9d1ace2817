internal import Logging
internal import Receiving
internal import Web

extension Installation {
    /// The listener for mail that comes back; nil where none is wanted.
    func receiver(_ figures: ReturnFigures, logger: Logger) throws -> ReceivingService? {
        guard case .listening(let addresses) = configuration.returnMail else { return nil }
        let desk = ReturnDesk(database: database, signer: signer, figures: figures, logger: logger)
        return try ReceivingService(
            addresses: addresses, name: configuration.returnMailName ?? NodeName.current(),
            identity: configuration.returnMailFiles.map { try $0.read() }, desk: desk, logger: logger)
    }
}

extension ReturnMailWatch {
    /// Looks at the receiver of this process.
    init(_ figures: ReturnFigures) {
        self.init(
            totals: {
                ReturnMailTotals(
                    results: ReturnResult.allCases.map { ($0.rawValue, figures.results[$0] ?? 0) },
                    refusals: ReturnRefusal.allCases.map { ($0.rawValue, figures.refusals[$0] ?? 0) },
                    connections: figures.connections)
            })
    }
}

extension CommandFailure {
    init(_ fault: ReceivingFault) { self.init(fault.isForbidden ? .notPermitted : .unavailable, fault.userMessage) }
}
