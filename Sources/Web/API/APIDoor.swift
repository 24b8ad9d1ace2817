import Campaigns
import HTTPTypes
import Hummingbird
import Logging
import Persistence
import Vault

/// Lets programs in: a token in `Authorization: Bearer …`, and nothing else. Cookies are not looked at, so that no browser
/// can be made to use the API by another site, and no form token is needed.
struct APIDoor: Sendable {
    /// Wrong tokens a minute and client address. Right ones are not counted and not held up: 256 random bits cannot be
    /// guessed, and neighbours behind one address must not lock each other out.
    static let limit = 10
    static let window = Duration.seconds(60)

    let site: Site

    func answer(_ exchange: Exchange, _ route: APIRoute) async throws -> Response {
        let token = try await token(exchange)
        guard token.scope == .write || route.scope == .read else {
            throw APIProblem(
                status: .forbidden, code: .readOnlyToken, sentence: "This token may only read. Make one that may write."
            )
        }
        try Self.check(exchange.query, route)
        if route.takesFile {
            let limit = min(route.bodyLimit, site.configuration.mailFilesLimit)
            let file = try await RawUpload(folder: site.configuration.uploadsFolder, limit: limit)
                .receive(exchange.request, named: exchange.query["name"])
            defer { file.removeUnlessKept() }
            return try await route.handler(APICall(exchange: exchange, token: token, body: [:], file: file)).response
        }
        let body = try await Self.body(exchange.request, route)
        return try await route.handler(APICall(exchange: exchange, token: token, body: body)).response
    }

    // MARK: Token

    private func token(_ exchange: Exchange) async throws -> APIToken {
        guard let header = exchange.request.headers[.authorization] else {
            throw Self.unauthorized(.noToken, "Send a token of your account: Authorization: Bearer …")
        }
        let parts = header.split(separator: " ", omittingEmptySubsequences: true)
        if parts.count == 2, parts[0].lowercased() == "bearer", let given = APIToken.secret(String(parts[1])),
            let token = try await site.database.read({ try $0.apiToken(hash: given.hash) })
        {
            if token.isDue {
                try await site.database.write { try $0.account(token.account).touchAPIToken(token.id) }
            }
            return token
        }
        let address = site.clientAddress.subject(
            peer: exchange.context.remoteAddress, forwardedFor: exchange.request.headers[.forwardedFor])
        let wait = try await site.database.write {
            try $0.tryOnce("api_token", by: address, limit: Self.limit, within: Self.window)
        }
        exchange.context.logger.notice("API token refused", metadata: ["client.address": "\(address)"])
        guard let wait else {
            throw Self.unauthorized(.badToken, "This token is not known. It may have been revoked.")
        }
        throw Refusal.tooMany(
            "Too many unknown tokens from this address. Please wait a minute and try again.",
            retryAfter: Int(wait.components.seconds) + 1)
    }

    /// RFC 6750 §3.
    private static func unauthorized(_ code: APIProblem.Code, _ sentence: Phrase) -> APIProblem {
        let detail = code == .badToken ? ", error=\"invalid_token\"" : ""
        return APIProblem(
            status: .unauthorized, code: code, sentence: sentence,
            headers: [.wwwAuthenticate: "Bearer realm=\"martlet\"\(detail)"])
    }

    // MARK: Parameters

    private static func check(_ query: FormData, _ route: APIRoute) throws {
        for name in query.names where !route.parameters.contains(where: { $0.name == name }) {
            throw APIProblem(
                status: .badRequest, code: .unknownParameter, sentence: "There is no such parameter here.",
                fields: [(String(name.prefix(60)), "There is no parameter of this name.")])
        }
        let problems = route.parameters.flatMap { parameter in
            query.all(parameter.name).flatMap { parameter.schema.problems(of: parameter.value($0)) }
                .map { (name: parameter.name, sentence: $0.sentence) }
        }
        if !problems.isEmpty { throw APIProblem.invalid(problems, status: .badRequest, code: .badParameter) }
    }

    // MARK: Body

    private static func body(_ request: Request, _ route: APIRoute) async throws -> JSON {
        if route.method == .get { return [:] }
        var bytes: [UInt8] = []
        try await LimitedBody(request: request, limit: route.bodyLimit).read { bytes += $0.readableBytesView }
        let schema = route.body ?? .object([])
        guard !bytes.isEmpty else { return try checked([:], schema) }
        let type = request.headers[.contentType]?.split(separator: ";").first.map { String($0).trimmed.lowercased() }
        guard type == "application/json" else {
            throw APIProblem(
                status: .unsupportedMediaType, code: .notJSON, sentence: "Send JSON: Content-Type: application/json")
        }
        let body: JSON
        do throws(JSON.Problem) {
            body = try JSON(reading: bytes)
        } catch {
            throw APIProblem(status: .badRequest, code: .notJSON, sentence: error.userMessage)
        }
        return try checked(body, schema)
    }

    private static func checked(_ body: JSON, _ schema: Schema) throws -> JSON {
        let problems = schema.problems(of: body)
        if let whole = problems.first(where: { $0.path.isEmpty }) {
            throw APIProblem(status: .unprocessableContent, code: .invalid, sentence: whole.sentence)
        }
        guard problems.isEmpty else { throw APIProblem.invalid(problems.map { ($0.path, $0.sentence) }) }
        return body
    }
}

extension APIRoute.Parameter {
    /// A text of the query as the parameter's schema wants it; what is no number stays a text and is refused.
    func value(_ text: String) -> JSON {
        switch schema {
        case .integer: Int64(text).map { .integer($0) } ?? .string(text)
        default: .string(text)
        }
    }
}
