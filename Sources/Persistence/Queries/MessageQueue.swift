public import Campaigns

/// Where a page of a list of messages begins: behind this message.
public struct MessagePlace: Sendable, Equatable {
    public var campaign: Campaign.ID
    public var recipient: Recipient.ID

    public init(campaign: Campaign.ID, recipient: Recipient.ID) {
        self.campaign = campaign
        self.recipient = recipient
    }
}

extension AccountScope {
    /// Messages of all campaigns in one fixed order: the newest campaign first, in it the recipients as they are numbered.
    ///
    /// Campaign by campaign, so that each walks its index: the tallies say which ones have any, and how many. Those of which
    /// all fit onto the page (single mails are campaigns of one) are read together.
    ///
    /// - Parameter email: part of the address that they went to; all where it is empty.
    public func messages(
        in state: MessageState? = nil, after place: MessagePlace? = nil, limit: Int, email: String = ""
    ) throws -> [MessageRecord] {
        try walkIndexes()
        let ids: [Int64] =
            if state == .claimed || state == .dotted {
                try inHand(state, after: place, limit: limit, email: email)
            } else if email.isEmpty {
                try messageIDs(in: state, after: place, limit: limit)
            } else {
                try messageIDs(in: state, after: place, limit: limit, containing: email)
            }
        return try transaction.rows(inOrderOf: ids) { ids in
            """
            SELECT \(MessageRecord.columns) FROM message m CROSS JOIN campaign c
            WHERE m.account_id = \(id) AND m.id IN (\(ids)) AND c.account_id = \(id) AND c.id = m.campaign_id
            """
        } _: {
            try MessageRecord($0)
        }
    }

    private func messageIDs(in state: MessageState?, after place: MessagePlace?, limit: Int) throws -> [Int64] {
        var ids: [Int64] = []
        if let place {
            ids = try messageIDs(of: place.campaign, in: state, after: place.recipient, limit: limit)
        }
        var rest = try shares(in: state, before: place?.campaign, limit: limit - ids.count)[...]
        while let first = rest.first, ids.count < limit {
            var room = min(limit - ids.count, Self.mostTogether)
            let small = rest.prefix { share in
                room -= share.read
                return room >= 0
            }
            if small.isEmpty {
                let most = min(limit - ids.count, first.messages)
                ids += try messageIDs(of: first.campaign, in: state, after: nil, limit: most)
                rest = rest.dropFirst()
            } else {
                ids += try messageIDs(ofAll: small.map(\.campaign), in: state)
                rest = rest.dropFirst(small.count)
            }
        }
        return ids
    }

    /// A text that few addresses have is looked up at once; one that many have fills the page from the newest campaigns.
    private func messageIDs(
        in state: MessageState?, after place: MessagePlace?, limit: Int, containing text: String
    ) throws -> [Int64] {
        if let found = try messageIDs(ofAllIn: state, after: place, limit: limit, containing: text) { return found }
        var ids: [Int64] = []
        if let place {
            ids = try messageIDs(
                of: place.campaign, in: state, after: place.recipient, limit: limit, containing: text)
        }
        let matching: SQL = "AND \(transaction.dialect.contains("m.email", folding: text))"
        var rest: ArraySlice<Share> = []
        var last = place?.campaign
        while ids.count < limit {
            if rest.isEmpty { rest = try shares(in: state, before: last, limit: Self.mostTogether)[...] }
            guard let first = rest.first else { break }
            var room = Self.mostTogether
            let small = rest.prefix { share in
                room -= share.read
                return room >= 0
            }
            if small.isEmpty {
                ids += try messageIDs(
                    of: first.campaign, in: state, after: nil, limit: limit - ids.count, containing: text)
                rest = rest.dropFirst()
                last = first.campaign
            } else {
                ids += try messageIDs(ofAll: small.map(\.campaign), in: state, matching: matching)
                rest = rest.dropFirst(small.count)
                last = small.last?.campaign
            }
        }
        return Array(ids.prefix(limit))
    }

    /// They are few, whatever campaign they are of.
    private func inHand(
        _ state: MessageState?, after place: MessagePlace?, limit: Int, email: String
    ) throws -> [Int64] {
        let behind = behind(place)
        let matching: SQL =
            email.isEmpty ? "" : "AND \(transaction.dialect.contains("m.email", folding: email))"
        return try transaction.rows(
            """
            SELECT m.id FROM message m
            WHERE m.account_id = \(id) AND m.state IN ('claimed', 'dotted') AND m.state = \(state) \(behind)
                \(matching)
            ORDER BY +m.campaign_id DESC, +m.recipient_id LIMIT \(limit)
            """
        ) { try $0.int64(0) }
    }

    /// Which messages `m` follow a place in the queue; no index is walked for it.
    func behind(_ place: MessagePlace?) -> SQL {
        guard let place else { return "" }
        return """
            AND (+m.campaign_id < \(place.campaign)
                OR (+m.campaign_id = \(place.campaign) AND +m.recipient_id > \(place.recipient)))
            """
    }

    /// What a campaign has for a list.
    private struct Share {
        var campaign: Campaign.ID
        var messages: Int
        /// How many are read to find all of them.
        var read: Int
    }

    private static var mostTogether: Int { 1000 }

    /// The newest campaigns that have messages in a state: as many as can be on a page.
    private func shares(in state: MessageState?, before: Campaign.ID?, limit: Int) throws -> [Share] {
        guard limit > 0 else { return [] }
        let older: SQL = before.map { "AND campaign_id < \($0)" } ?? ""
        let matching: SQL = state.map { "SUM(CASE WHEN state = \($0) THEN messages ELSE 0 END)" } ?? "SUM(messages)"
        return try transaction.rows(
            """
            SELECT campaign_id, CAST(\(matching) AS BIGINT), CAST(SUM(messages) AS BIGINT) FROM campaign_tally
            WHERE account_id = \(id) \(older)
            GROUP BY campaign_id HAVING \(matching) > 0 ORDER BY campaign_id DESC LIMIT \(limit)
            """
        ) {
            let (messages, all) = (try $0.int(1), try $0.int(2))
            // What is delivered has no index of its own.
            return Share(campaign: try $0.id(0), messages: messages, read: state == .delivered ? all : messages)
        }
    }

    /// All messages in a state of campaigns that have few of them.
    private func messageIDs(
        ofAll campaigns: [Campaign.ID], in state: MessageState?, matching: SQL = ""
    ) throws -> [Int64] {
        let dialect = transaction.dialect
        let inState: SQL =
            switch state {
            case nil: ""
            case .delivered?: "AND m.state = 'delivered'"
            // The time is said so that the index of what is due is taken, which begins with the campaign as another one does.
            case .ready?: "AND m.state = 'ready' AND m.next_at >= \(DueTime.atOnce)"
            case .claimed?, .dotted?: "AND m.state = \(state)"
            case .failed?, .unknown?, .cancelled?, .quarantined?:
                "AND \(MessageState.isInTrouble) AND m.state = \(state)"
            }
        let rows = dialect.messages(
            forEach: "chosen", where: "m.account_id = \(id) AND m.campaign_id = chosen.id \(inState) \(matching)",
            most: "1000")
        return try transaction.rows(
            """
            WITH chosen (id) AS (\(dialect.integers(campaigns.map(\.rawValue)))) SELECT m.id FROM \(rows)
            ORDER BY m.campaign_id DESC, \(state == .ready ? "m.id" : "m.recipient_id" as SQL)
            """
        ) { try $0.int64(0) }
    }
}
