import Campaigns
import HTTPTypes
import Hummingbird
import Persistence

/// A request of a program with a token, checked against its route: what a handler is made from.
struct APICall: Acting {
    let exchange: Exchange
    let token: APIToken
    /// An object that the route's schema allows.
    let body: JSON
    /// What a route that takes a file got.
    var file: UploadedFile?

    var account: Account.ID { token.account }
    var user: User.ID { token.user }
    var userName: String { token.userName }

    /// Rows of one page.
    var limit: Int { Int(query["limit"]) ?? 50 }

    /// The address of another page of this list.
    func address(_ path: String, _ cursors: KeyValuePairs<String, String>) -> JSON {
        var data = query
        for name in ["after", "before"] { data.remove(name) }
        for (name, value) in cursors { data.set(value, for: name) }
        return .string("\(APIRoute.root)\(path)?\(data.query)")
    }

    /// The members of the body as a form has them, so that the pages' own readers read them.
    /// - Parameter names: the form's name of a member, where it is another one; `nil` leaves it out.
    func form(_ names: [String: String?] = [:]) -> FormData {
        var data = FormData()
        guard case .object(let members) = body else { return data }
        for member in members {
            guard let name = names[member.name] ?? .some(member.name) else { continue }
            switch member.value {
            case .string(let text): data.append(text, for: name)
            case .integer(let number): data.append(String(number), for: name)
            case .bool(let flag): data.append(flag ? "on" : "0", for: name)
            case .null, .number, .array, .object: break
            }
        }
        return data
    }
}

extension FormData {
    /// A moment of the API as a form's field has it, in UTC and to the minute.
    mutating func setTime(_ value: JSON?, for name: String) {
        guard let text = value?.text, let time = RFC3339Time(text) else { return }
        set(Timestamp(time.instant).input, for: name)
        set("UTC", for: "time_zone")
    }
}
