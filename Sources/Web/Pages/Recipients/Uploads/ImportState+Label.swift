import Campaigns
import Importing

extension ImportState {
    /// The word for it on pages.
    var label: Phrase {
        switch self {
        case .receiving: "Uploading"
        case .mapping: "Needs columns"
        case .analysing: "Being read"
        case .ready: "Waits for you"
        case .applying: "Importing"
        case .finished: "Imported"
        case .cancelling: "Being taken back"
        case .cancelled: "Cancelled"
        case .failed: "Failed"
        }
    }

    var badge: HTML {
        let state =
            switch self {
            case .receiving, .analysing, .applying, .cancelling: "running"
            case .mapping, .ready: "held"
            case .finished: "finished"
            case .cancelled: "cancelled"
            case .failed: "failed"
            }
        return "<span class=\"badge\" data-state=\"\(state)\">\(t: label)</span>"
    }
}

extension ImportVerdict {
    var badge: HTML {
        switch self {
        case .new: "<span class=\"badge\" data-state=\"delivered\">\(t: "New")</span>"
        case .changed: "<span class=\"badge\" data-state=\"ready\">\(t: "Changed")</span>"
        case .same: "<span class=\"badge\" data-variant=\"secondary\">\(t: "Same")</span>"
        case .repeated: "<span class=\"badge\" data-state=\"held\">\(t: "Comes again")</span>"
        case .wrong, .unreadable: "<span class=\"badge\" data-state=\"wrong\">\(t: "Wrong")</span>"
        }
    }
}

extension ImportStatus {
    /// The file's name, or a word where the browser gave none.
    var name: String { fileName.isEmpty ? "CSV" : fileName }
}
