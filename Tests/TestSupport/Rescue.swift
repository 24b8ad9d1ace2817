public import Campaigns
public import Persistence

extension Transaction {
    /// What a new start finds of all others of its identity: they are dead, and nothing stays in their hands.
    @discardableResult
    public func rescue(except epoch: Epoch.ID, identity: String = "") throws -> Rescued {
        var sum = Rescued(isDone: true)
        for dead in try epochsToRescue(by: epoch, identity: identity) {
            guard try declareDead(dead, by: epoch, identity: identity) else { continue }
            sum = try sum + rescue(dead, limit: 10_000)
        }
        return sum
    }
}
