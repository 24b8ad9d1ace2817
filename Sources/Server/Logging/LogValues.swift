internal import Logging

/// The metadata of one event: the handler's, the provider's and the event's own, which wins, in order of their names.
func collectedMetadata(
    _ handler: Logger.Metadata, _ provider: Logger.MetadataProvider?, _ event: LogEvent
) -> [(key: String, value: Logger.MetadataValue)] {
    var all = handler
    if let provider { all.merge(provider.get()) { $1 } }
    if let own = event.metadata { all.merge(own) { $1 } }
    if let error = event.error { all["error"] = "\(error)" }
    return all.sorted { $0.key < $1.key }
}

/// No control character of a hostile value reaches the terminal or begins a new line of the log.
func printable(_ text: some StringProtocol) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        case _ where scalar.properties.generalCategory == .control: result += "\\u{\(String(scalar.value, radix: 16))}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}
