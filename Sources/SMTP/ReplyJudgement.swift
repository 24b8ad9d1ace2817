/// All that a negative reply says, once it has been read. It is read once: that takes longer than anything else of a refusal.
struct ReplyJudgement: Hashable, Sendable {
    var meaning: ReplyMeaning
    /// Whether it says that there is no such address, or that it is closed for good. Less than ``ReplyMeaning/recipient``:
    /// whoever is called unknown gets nothing more, so what only might mean it does not count.
    var saysAddressIsUnknown: Bool
    /// Whether it says in words that we are too many, too fast or too often.
    var asksForLess: Bool
}
