/// What becomes of a message by itself when nobody knows whether it arrived (DESIGN §4): the final dot may have been
/// written, and no answer is known. A sender has one; each time it is followed, the log gets an entry.
public enum UnknownPolicy: String, Sendable, CaseIterable, Hashable {
    /// It is shown, and a person decides. Nobody gets a mail twice.
    case hold
    /// The same mail again, to the byte, so that a receiver can fold the two. Nobody is left out.
    case resend
    /// It counts as delivered. Nobody gets a mail twice, and nobody has to decide.
    case assume

    /// How often a message is sent again by itself; after that it is held, whatever the policy says: a server that never
    /// answers must not make us mail a person for days.
    public static let mostResends = 3
    /// How long to wait before that when it was the server that did not answer. After a crash of ours: not at all.
    public static let pause = Duration.seconds(15 * 60)
}
