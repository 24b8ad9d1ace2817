import Campaigns
import Persistence

extension MachineSign {
    var label: Phrase {
        switch self {
        case .gmailProxy: "Google’s image proxy"
        case .yahooProxy: "Yahoo’s image proxy"
        case .applePrivacy: "Apple’s Mail Privacy Protection"
        case .prefetch: "Fetched beforehand"
        case .scanner: "Security scanner"
        case .previewer: "Link preview"
        case .program: "Program"
        case .noAgent: "Says nothing about itself"
        case .head: "Asked for the headers only"
        case .tooSoon: "Within a second of the delivery"
        case .manyLinks: "Several links within a second"
        }
    }

    /// What it means for whoever reads the figures.
    var explanation: Phrase? {
        switch self {
        case .gmailProxy, .yahooProxy: "Mostly people: the proxy asks when the mail is shown."
        case .applePrivacy: "Every mail, read or not."
        default: nil
        }
    }
}

extension AttemptRecord {
    /// Of an opening or a click: who did that, as far as one can tell.
    var machineSign: MachineSign? { outcome.isReading ? MachineSign(rawValue: step) : nil }
}

extension BounceKind {
    /// What it says about the address, for whoever reads the log.
    var label: Phrase {
        switch self {
        case .hard: "Address not reachable"
        case .soft: "Not this time"
        case .refused: "Mail not wanted there"
        }
    }
}

extension AttemptRecord.Outcome {
    /// What whoever reads the mail did.
    var isReading: Bool { self == .opened || self == .clicked }

    /// What came back after a server had taken the mail.
    var isReturn: Bool { self == .bounced || self == .delayed || self == .complained }
}
