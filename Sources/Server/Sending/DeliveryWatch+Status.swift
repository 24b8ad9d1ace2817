internal import Delivery
internal import Web

extension DeliveryWatch {
    /// Looks at the engine of this process.
    init(_ status: DeliveryStatus) {
        self.init(
            activity: { sender in
                status.work(of: sender).map { work in
                    SenderActivity(
                        openConnections: work.openConnections, connectionLimit: work.connectionLimit,
                        restsUntil: work.restsUntil, reason: work.reason)
                }
            },
            totals: {
                let totals = status.totals
                return DeliveryTotals(
                    sendersAtWork: totals.sendersAtWork, sendersResting: totals.sendersResting,
                    openConnections: totals.openConnections, connectionsOpened: totals.connectionsOpened,
                    limitsMet: totals.limitsMet)
            })
    }
}
