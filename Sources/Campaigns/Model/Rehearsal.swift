/// A mail that was written and kept, and not sent. In the ledger it is delivered, like any other that nothing more is done for;
/// what tells it from those is the answer that the ledger has.
public enum Rehearsal {
    /// Stands in the place of a server's answer. Kept in databases, so it is never changed.
    public static let reply = "Rehearsal: kept in Martlet, not sent."
}
