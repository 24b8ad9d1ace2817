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

extension AttemptRecord.Outcome {
    /// What whoever reads the mail did.
    var isReading: Bool { self == .opened || self == .clicked }
}
