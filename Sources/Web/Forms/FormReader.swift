import HTTPTypes
import Hummingbird
import NIOCore

/// Reads a posted form of either encoding into memory, up to a limit.
struct FormReader: Sendable {
    /// Bytes of the whole body.
    let limit: Int

    /// Fails with 413 above the limit and with 400 for what is no form. A body without a type is an empty form.
    func read(_ request: Request) async throws -> FormData {
        var body = ByteBuffer()
        try await LimitedBody(request: request, limit: limit).read { body.writeImmutableBuffer($0) }
        let contentType = request.headers[.contentType] ?? ""
        if contentType.isEmpty, body.readableBytes == 0 { return FormData() }
        if contentType.lowercased().hasPrefix("application/x-www-form-urlencoded") {
            return FormData(urlEncoded: body.readableBytesView)
        }
        guard let boundary = MultipartParser.boundary(ofContentType: contentType) else {
            throw Refusal.badRequest("The browser sent a form in an encoding that this server does not read.")
        }
        do throws(MultipartProblem) {
            return try Self.multipart(body, boundary)
        } catch {
            throw Refusal.badRequest(Phrase(sentence: error.userMessage))
        }
    }

    /// Files are left out: only upload routes take them.
    private static func multipart(_ body: ByteBuffer, _ boundary: String) throws(MultipartProblem) -> FormData {
        var parser = MultipartParser(boundary: boundary)
        var fields = MultipartFields()
        for event in try parser.feed(body) { fields.take(event) }
        try parser.finish()
        return fields.form
    }
}

/// Gathers the plain fields of a multipart form.
struct MultipartFields: Sendable {
    private(set) var form = FormData()
    /// How many bytes the fields hold so far.
    private(set) var bytes = 0
    private var part: MultipartPart?
    private var value = ByteBuffer()

    mutating func take(_ event: MultipartParser.Event) {
        switch event {
        case .begin(let part):
            self.part = part
            value.clear()
        case .data(var data):
            guard part?.fileName == nil else { return }
            bytes += data.readableBytes
            value.writeBuffer(&data)
        case .end:
            if let part, part.fileName == nil { form.append(String(buffer: value), for: part.name) }
            part = nil
        }
    }
}
