import HTTPTypes

/// Why a request is not answered with what it asked for. The person reads the sentence; the status is for machines.
struct Refusal: Error {
    var status: HTTPResponse.Status
    var title: Phrase
    var sentence: Phrase
    var headers: HTTPFields = [:]
    /// Whether a form of ours was sent that could not be taken: its page is to be had again, with what was written.
    var isUnsent = false

    /// The row is not there, or belongs to another account: both read the same.
    static let notFound = Refusal(
        status: .notFound, title: "Page not found",
        sentence: "There is nothing at this address. It may have been deleted, or the link may be incomplete.")

    static func forbidden(_ sentence: Phrase) -> Refusal {
        Refusal(status: .forbidden, title: "Not allowed", sentence: sentence)
    }

    static let badFormToken: Refusal = {
        var refusal = Refusal(
            status: .forbidden, title: "Not saved yet",
            sentence:
                "This form was opened before you logged in anew, or on another site, so it was not taken. Go back to its page and send it again."
        )
        refusal.isUnsent = true
        return refusal
    }()

    static func badRequest(_ sentence: Phrase) -> Refusal {
        Refusal(status: .badRequest, title: "That request could not be understood", sentence: sentence)
    }

    /// - Parameter limit: bytes.
    static func tooLarge(limit: Int) -> Refusal {
        let size = limit < 1_048_576 ? "\(limit / 1024) KB" : "\(limit / 1_048_576) MB"
        return Refusal(
            status: .contentTooLarge, title: "Too large",
            sentence: "What you sent is larger than the \(size) that are accepted here. Nothing was changed.")
    }

    static func methodNotAllowed(allow: [String]) -> Refusal {
        Refusal(
            status: .methodNotAllowed, title: "Not possible here",
            sentence: "This address cannot be used in that way.", headers: [.allow: allow.joined(separator: ", ")])
    }

    /// - Parameter seconds: when the next try makes sense.
    static func tooMany(_ sentence: Phrase, retryAfter seconds: Int) -> Refusal {
        Refusal(
            status: .tooManyRequests, title: "Please wait a moment", sentence: sentence,
            headers: [.retryAfter: String(seconds)])
    }

    static func unavailable(_ sentence: Phrase) -> Refusal {
        Refusal(status: .serviceUnavailable, title: "Not available at the moment", sentence: sentence)
    }
}
