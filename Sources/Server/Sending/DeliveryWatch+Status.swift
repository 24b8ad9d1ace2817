internal import Delivery
internal import Web

extension DeliveryWatch {
    /// Looks at the engine of this process.
    init(_ status: DeliveryStatus) {
        self.init(
            totals: {
                let totals = status.totals
                return DeliveryTotals(
                    sendersAtWork: totals.sendersAtWork, sendersResting: totals.sendersResting,
                    openConnections: totals.openConnections, connectionsOpened: totals.connectionsOpened,
                    limitsMet: totals.limitsMet)
            })
    }
}
