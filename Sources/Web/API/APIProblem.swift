import HTTPTypes
import Hummingbird
import NIOCore

/// Why the API does not do what it was asked: a status, a code that stays the same, one sentence, and what is wrong with
/// which field.
struct APIProblem: Error {
    /// For programs; `docs/api.md` tables them. Never renamed.
    enum Code: String, Sendable, CaseIterable {
        case badRequest = "bad_request"
        case unknownParameter = "unknown_parameter"
        case badParameter = "bad_parameter"
        case noToken = "no_token"
        case badToken = "bad_token"
        case readOnlyToken = "read_only_token"
        case forbidden
        case notFound = "not_found"
        case methodNotAllowed = "method_not_allowed"
        /// The thing is in a state in which this cannot be done (any more).
        case tooLate = "too_late"
        case tooLarge = "too_large"
        case notJSON = "not_json"
        case invalid
        case tooManyRequests = "too_many_requests"
        case internalError = "internal_error"
        case unavailable
        case noSpace = "no_space"
    }

    var status: HTTPResponse.Status
    var code: Code
    var sentence: Phrase
    /// Field or parameter → what is wrong with it.
    var fields: [(name: String, sentence: Phrase)] = []
    var headers: HTTPFields = [:]

    static let schema = Schema.named(
        "Problem",
        .object([
            Field(
                "error",
                .object([
                    Field("code", .oneOf(Code.self), "Stays the same; what a program looks at."),
                    Field("message", .text, "One sentence for a person."),
                    .optional(
                        "fields",
                        .array(
                            .object([
                                Field("name", .text, "The field or parameter."),
                                Field("message", .text, "What is wrong with it."),
                            ])), "Where single fields are the reason."),
                ]))
        ]))

    private typealias Field = Schema.Field
}

extension APIProblem {
    /// What is wrong with a body, field by field.
    static func invalid(
        _ fields: [(name: String, sentence: Phrase)], status: HTTPResponse.Status = .unprocessableContent,
        code: Code = .invalid
    ) -> APIProblem {
        APIProblem(
            status: status, code: code,
            sentence: .counted(
                fields.count, one: "One field is not right. Nothing was changed.",
                other: "\(fields.count) fields are not right. Nothing was changed."), fields: fields)
    }

    /// The problems of a form, under the names that the API has for its fields.
    static func invalid(_ form: Form, names: [String: String] = [:], isMissing: Bool = false) -> APIProblem {
        var problem = invalid(
            form.problems.sorted { $0.key < $1.key }.map { (names[$0.key] ?? $0.key, $0.value) },
            status: isMissing ? .notFound : .unprocessableContent, code: isMissing ? .notFound : .invalid)
        if let general = form.general.first { problem.sentence = general }
        return problem
    }

    static func tooLate(_ sentence: Phrase) -> APIProblem {
        APIProblem(status: .conflict, code: .tooLate, sentence: sentence)
    }

    /// What is refused to everybody in the same words.
    init(_ refusal: Refusal) {
        let code: Code =
            switch refusal.status.code {
            case 403: .forbidden
            case 404: .notFound
            case 405: .methodNotAllowed
            case 413: .tooLarge
            case 429: .tooManyRequests
            case 503: .unavailable
            case 507: .noSpace
            case 500...: .internalError
            default: .badRequest
            }
        self.init(status: refusal.status, code: code, sentence: refusal.sentence, headers: refusal.headers)
    }

    func response(_ catalogue: Catalogue) -> Response {
        var error: JSON = ["code": .string(code.rawValue), "message": .string(catalogue.text(sentence))]
        if !fields.isEmpty {
            error = error.adding([
                "fields": .array(
                    fields.map { ["name": .string($0.name), "message": .string(catalogue.text($0.sentence))] })
            ])
        }
        var answer = APIAnswer(["error": error], status: status).response
        for field in headers { answer.headers.append(field) }
        return answer
    }
}

/// What the API answers.
struct APIAnswer: Sendable {
    var status: HTTPResponse.Status
    /// `nil` for 204.
    var body: JSON?
    var headers: HTTPFields = [:]

    init(_ body: JSON, status: HTTPResponse.Status = .ok) {
        self.body = body
        self.status = status
    }

    static let nothing: APIAnswer = {
        var answer = APIAnswer(.null, status: .noContent)
        answer.body = nil
        return answer
    }()

    /// 201, with the address of what was made.
    static func created(_ body: JSON, at path: String) -> APIAnswer {
        var answer = APIAnswer(body, status: .created)
        answer.headers[.location] = APIRoute.root + path
        return answer
    }

    var response: Response {
        var headers = headers
        headers[.cacheControl] = "private, no-store"
        guard let body else { return Response(status: status, headers: headers) }
        headers[.contentType] = "application/json"
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body.encoded)))
    }
}
