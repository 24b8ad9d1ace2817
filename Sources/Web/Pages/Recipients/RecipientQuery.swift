import Campaigns
import Persistence

/// What an address asks of the list: filter, order and place.
struct RecipientQuery: Equatable {
    var filter = AudienceFilter()
    var order = RecipientOrder.newest
    var place = ListPlace<Recipient.ID>.start

    init() {}

    /// What is not understood is left out, so that old links keep working.
    init(_ data: FormData) {
        let names = ["q", "search"] + RecipientField.allCases.map(\.rawValue)
        filter = AudienceFilter(parameters: names.map { (name: $0, value: data[$0]) }.filter { !$0.value.isEmpty })
        order = RecipientOrder(rawValue: data["sort"]) ?? .newest
        if let id = Recipient.ID(data["after"]) {
            place = .after(id)
        } else if let id = Recipient.ID(data["before"]) {
            place = .before(id)
        }
    }

    /// The same filter from the beginning, sorted anew: rising first, except for newness, and the other way when it is
    /// so already.
    func sorted(by key: RecipientOrder.Key) -> RecipientQuery {
        var query = self
        query.place = .start
        let first = RecipientOrder(key, isDescending: key == .added)
        query.order = order == first ? RecipientOrder(key, isDescending: !first.isDescending) : first
        return query
    }

    func at(_ place: ListPlace<Recipient.ID>) -> RecipientQuery {
        var query = self
        query.place = place
        return query
    }

    /// The fields of the filter only, as a form or a link carries them.
    var filterParameters: [(name: String, value: String)] {
        filter.parameters.map { (name: $0.name == "search" ? "q" : $0.name, value: $0.value) }
    }

    /// The address of the list, or of another page with the same filter.
    func address(_ path: String = "/recipients/") -> String {
        var data = FormData()
        for (name, value) in filterParameters { data.set(value, for: name) }
        if path == "/recipients/" {
            if order != .newest { data.set(order.rawValue, for: "sort") }
            switch place {
            case .start: break
            case .after(let id): data.set(id.description, for: "after")
            case .before(let id): data.set(id.description, for: "before")
            }
        }
        let query = data.query
        return query.isEmpty ? path : path + "?" + query
    }
}
