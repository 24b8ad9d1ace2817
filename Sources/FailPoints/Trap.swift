internal import Foundation
internal import Synchronization

/// Counts how often one place is passed, and ends the process at the n-th time.
final class Trap: Sendable, CustomStringConvertible {
    static let variable = "MARTLET_FAIL_POINT"

    /// Read once. A value that is none ends the process: a test that asked for a crash must not pass without one.
    static let ofProcess: Trap? = {
        guard let text = ProcessInfo.processInfo.environment[variable], !text.isEmpty else { return nil }
        if let trap = Trap(text) { return trap }
        let names = FailPoint.allCases.map(\.rawValue).joined(separator: ", ")
        FileHandle.standardError.write(
            Data(
                "martlet: \(variable) is \"\(text)\"; write a name and a number, after-claim:37. Names: \(names).\n"
                    .utf8))
        exit(78)
    }()

    private let point: FailPoint
    private let number: Int
    private let passes = Atomic(0)

    /// - Parameter text: a name, and after a colon which pass it is, from 1; without a number the first one.
    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard let point = FailPoint(rawValue: String(parts[0])), parts.count <= 2 else { return nil }
        let number = parts.count == 2 ? Int(parts[1]) : 1
        guard let number, number > 0 else { return nil }
        self.point = point
        self.number = number
    }

    var description: String { "\(point.rawValue):\(number)" }

    /// - Returns: whether this is the pass that counts.
    func counts(_ passed: FailPoint) -> Bool {
        passed == point && passes.add(1, ordering: .relaxed).newValue == number
    }

    func passed(_ point: FailPoint) {
        guard counts(point) else { return }
        kill(getpid(), SIGKILL)
        // Other threads may have been faster than the signal; this one goes no further.
        while true { pause() }
    }
}
