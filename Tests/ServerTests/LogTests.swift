import Foundation
import Logging
import Testing

@testable import Server

@Suite struct `Log lines` {
    private func event(_ message: String, _ metadata: Logger.Metadata) -> LogEvent {
        LogEvent(
            level: .warning, message: "\(message)", metadata: metadata, source: "Test", file: "x", function: "f",
            line: 1)
    }

    @Test func `a JSON line is one object whatever is in it`() throws {
        let handler = LineLogHandler(
            label: "martlet", logLevel: .info, form: JSONLogLine(), output: .standardError,
            clock: { 1_700_000_000.25 })
        let hostile = "a\"b\\c\r\n\u{1B}[31m\u{2028}é"
        let line = handler.line(event("Sender paused", ["sender.id": "4", "reply": "\(hostile)", "level": "own"]))
        #expect(!line.contains("\n") && !line.contains("\u{1B}"))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
        #expect(object["reply"] == hostile)
        #expect(object["time"] == "2023-11-14T22:13:20.250Z")
        #expect(object["level"] == "warning")
        #expect(object["metadata.level"] == "own")
        #expect(object["message"] == "Sender paused")
    }

    @Test func `a human line stays one line and sends the terminal no commands`() {
        let handler = LineLogHandler(
            label: "martlet", logLevel: .info, form: HumanLogLine(hasColour: false), output: .standardError)
        let line = handler.line(event("Refused", ["reply": "550 no\r\n\u{1B}]0;owned\u{7}", "step": "RCPT"]))
        #expect(line.contains(#"reply="550 no\r\n\u{1b}]0;owned\u{7}""#))
        #expect(line.contains("step=RCPT"))
        let said = handler.line(event("Tested", ["reason": "\"x\" is no host"]))
        #expect(said.contains(#"reason="\"x\" is no host""#))
        #expect(!line.contains("\u{1B}") && !line.contains("\n"))
    }
}
