internal import Foundation
internal import Logging
internal import NIOCore
internal import Persistence
internal import ServiceLifecycle
internal import Vault

extension CommandFailure {
    /// The sentence for any error that reached the top. What no sentence is known for is logged, and the sentence says
    /// so: a person never reads a dump of ours.
    public init(describing error: any Error) {
        let logger = Logger(label: "martlet")
        switch error {
        case let failure as CommandFailure: self = failure
        case let faults as ConfigurationFaults: self.init(.configuration, faults.userMessage)
        case let fault as DatabaseFault:
            self.init(fault.exitStatus, fault.userMessage)
            logger.debug("Database fault", metadata: ["error": "\(fault)"])
        case let problem as SealingProblem: self.init(.configuration, problem.userMessage)
        case let problem as PasswordProblem: self.init(.usage, problem.userMessage)
        case let error as CocoaError where error.code == .fileWriteOutOfSpace:
            self.init(.storage, DatabaseFault.full.userMessage)
        default:
            logger.error("Unexpected error", metadata: ["error": "\(error)"])
            self.init(
                .fault, "Something went wrong that Martlet has no words for; the log line above says what it was.")
        }
    }
}

extension DatabaseFault {
    var exitStatus: ExitStatus {
        switch self {
        case .unexpectedValue, .noRow, .constraint, .other: .fault
        case .unavailable: .notPermitted
        case .full, .failing: .storage
        case .newerSchema: .badData
        case .busy, .outcomeUnknown: .tryLater
        case .server(let fault): fault.mayPass ? .unavailable : .configuration
        case .duplicate: .badData
        }
    }
}
