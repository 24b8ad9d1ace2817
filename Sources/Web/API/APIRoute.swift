import HTTPTypes
import Persistence

/// One way into the API: what it takes, what it answers, and what does it. The table of these is what is served and what
/// the OpenAPI document is made of.
struct APIRoute: Sendable {
    /// What all addresses begin with.
    static let root = "/api/v1"

    struct Parameter: Sendable {
        var name: String
        var schema: Schema
        var note: String

        init(_ name: String, _ schema: Schema, _ note: String = "") {
            self.name = name
            self.schema = schema
            self.note = note
        }
    }

    typealias Handler = @Sendable (APICall) async throws -> APIAnswer

    var method: HTTPRequest.Method
    /// Behind ``root``; `{id}` stands for an id.
    var path: String
    /// The operation's name in the document.
    var name: String
    var summary: String
    var tag: String
    /// Whether a token for reading is enough.
    var scope: APIToken.Scope
    var parameters: [Parameter] = []
    /// The body's schema, always an object; `nil` where there is none.
    var body: Schema?
    /// Bytes.
    var bodyLimit = Routes.formLimit
    var status: HTTPResponse.Status = .ok
    /// `nil` for 204.
    var answer: Schema?
    /// Whether the body is a file as it is, of whatever type, up to `bodyLimit`; then there is no `body`.
    var takesFile = false
    var handler: Handler

    static func get(
        _ path: String, _ name: String, _ summary: String, tag: String, parameters: [Parameter] = [], answer: Schema,
        _ handler: @escaping Handler
    ) -> APIRoute {
        APIRoute(
            method: .get, path: path, name: name, summary: summary, tag: tag, scope: .read, parameters: parameters,
            answer: answer, handler: handler)
    }

    /// Something that changes rows.
    static func change(
        _ method: HTTPRequest.Method, _ path: String, _ name: String, _ summary: String, tag: String,
        body: Schema? = nil, bodyLimit: Int = Routes.formLimit, status: HTTPResponse.Status = .ok, answer: Schema?,
        _ handler: @escaping Handler
    ) -> APIRoute {
        APIRoute(
            method: method, path: path, name: name, summary: summary, tag: tag, scope: .write, body: body,
            bodyLimit: bodyLimit, status: answer == nil ? .noContent : status, answer: answer, handler: handler)
    }

    /// All of them.
    static let all: [APIRoute] =
        account + senders + recipients + suppressions + files + templates + campaigns + preflights + messages + attempts
}

extension Schema {
    /// One page of a list.
    static func page(of item: Schema, _ more: [Field] = []) -> Schema {
        .object(
            [
                Field("items", .array(item)),
                Field("next", .nullable(.text), "The address of the next page; null on the last one."),
            ] + more)
    }
}

extension APIRoute.Parameter {
    static let limit = APIRoute.Parameter("limit", .integer(1...200), "Rows of one page; 50 where it is not said.")
}
