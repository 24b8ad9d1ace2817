/// A place in the course of work at which a test can let the process die as in a power cut, to see what is left.
///
/// `MARTLET_FAIL_POINT=after-claim:37` ends the process with SIGKILL when it passes that place for the 37th time: nothing
/// is flushed, no handler runs. Without the variable a pass is one look at a constant that was read once.
public enum FailPoint: String, CaseIterable, Sendable {
    /// Messages are claimed, durably; nothing of them is begun.
    case afterClaim = "after-claim"
    /// The intent to end messages is written and not committed.
    case beforeIntent = "before-intent"
    /// The intent is durable; the dot is not written.
    case afterIntent = "after-intent"
    /// A final dot is with the kernel; its answer is not read.
    case afterDot = "after-dot"
    /// Outcomes are known and written, and not committed.
    case beforeOutcome = "before-outcome"
    /// Outcomes are durable; nobody who waits for that knows it yet.
    case afterOutcome = "after-outcome"
    /// A piece of an audience has its messages, and is not committed.
    case duringPlanning = "during-planning"
    /// What a dead process had in hand is taken back, and not committed.
    case duringRescue = "during-rescue"
    /// One statement of a schema migration is done; passed once for each statement.
    case duringMigration = "during-migration"
    /// A piece of an import (staged, judged or applied) is written and not committed.
    case duringImport = "during-import"

    /// Ends the process here if that was asked for.
    public func pass() {
        if let trap = Trap.ofProcess { trap.passed(self) }
    }

    /// Where this process will end itself, as the variable says it; nil in earnest.
    public static var armed: String? { Trap.ofProcess?.description }
}
