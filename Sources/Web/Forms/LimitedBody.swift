import HTTPTypes
import Hummingbird
import NIOCore

/// A request's body, piece by piece, up to a limit.
struct LimitedBody {
    /// How long the rest of a refused body is thrown away before the connection is closed.
    private static let lingering = Duration.seconds(30)

    let request: Request
    /// Bytes of the whole body.
    let limit: Int

    /// - Throws: 413 as soon as it is known that the body is larger, and what `take` throws.
    func read(_ take: (ByteBuffer) async throws -> Void) async throws {
        // There is one iterator for each body.
        var pieces = request.body.makeAsyncIterator()
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            try await refuse(&pieces)
        }
        var received = 0
        while let piece = try await pieces.next() {
            received += piece.readableBytes
            if received > limit { try await refuse(&pieces) }
            try await take(piece)
        }
    }

    /// A connection that is to be closed after the answer would be reset while bytes are on their way, and the reset
    /// overtakes the answer: the person would see a broken connection instead of a sentence. On a connection that stays,
    /// the server itself answers first and throws the rest away afterwards.
    private func refuse(_ rest: inout RequestBody.AsyncIterator) async throws -> Never {
        if request.headers[.connection]?.lowercased() == "close" {
            let end = ContinuousClock.now + Self.lingering
            while try await rest.next() != nil, ContinuousClock.now < end {}
        }
        throw Refusal.tooLarge(limit: limit)
    }
}
