internal import Campaigns
internal import Foundation
internal import Mail
internal import Markup

/// What is to be sent, read from the files and checked.
struct Mailing: Sendable {
    let subject: String
    let html: String
    let plainText: String
    let from: Mailbox
    let fingerprint: SendFingerprint

    /// Octets of a template or text.
    private static let limit = 5 << 20

    /// - Throws: one ``CommandFailure`` with every fault of the templates, by file, line and column.
    init(_ request: SendRequest) throws {
        from = try Self.mailbox(request.from)
        html = try FileReading.text(of: request.template, limit: Self.limit)
        let givenText = try request.text.map { try FileReading.text(of: $0, limit: Self.limit) }
        plainText = givenText ?? Markup.plainText(fromHTML: html)
        subject = request.subject.trimmingCharacters(in: .whitespaces)
        try Self.check(subject: subject, html: html, plainText: givenText, request)
        fingerprint = SendFingerprint(
            recipients: try SendFingerprint.hash(ofFile: request.recipients),
            template: SendFingerprint.hash(Array(html.utf8)),
            text: givenText.map { SendFingerprint.hash(Array($0.utf8)) } ?? "", subject: subject,
            from: "\(from.name) <\(from.address)>")
    }

    private static func check(subject: String, html: String, plainText: String?, _ request: SendRequest) throws {
        guard !subject.isEmpty else { throw CommandFailure(.usage, "The subject is empty; give one with --subject.") }
        guard !html.allSatisfy(\.isWhitespace) else { throw CommandFailure(.badData, "\(request.template) is empty.") }
        var faults: [String] = []
        let parts: [(String, MergeTemplate)] =
            [("--subject", MergeTemplate(subject, as: .header)), (request.template, MergeTemplate(html, as: .html))]
            + (plainText.map { [(request.text ?? "", MergeTemplate($0, as: .text))] } ?? [])
        for (place, template) in parts {
            faults += template.problems.map { "\(place): \($0.userMessage)" }
            // There is no server behind these mails that could answer.
            if template.usedNames.contains("view_url") {
                faults.append("\(place): {view_url} has no page to show without a server; leave it out.")
            }
        }
        guard faults.isEmpty else {
            throw CommandFailure(
                .badData, "the template cannot be used:\n" + faults.map { "  \($0)" }.joined(separator: "\n"))
        }
    }

    private static func mailbox(_ text: String) throws -> Mailbox {
        var name = ""
        var address = text.trimmingCharacters(in: .whitespaces)
        if address.hasSuffix(">"), let open = address.lastIndex(of: "<") {
            name = address[..<open].trimmingCharacters(in: .whitespaces)
            if name.count >= 2, name.hasPrefix("\""), name.hasSuffix("\"") {
                name = String(name.dropFirst().dropLast())
            }
            address = String(address[address.index(after: open)...].dropLast())
        }
        do { return Mailbox(name: name, address: try EmailAddress(address)) } catch {
            throw CommandFailure(.usage, "The address given with --from cannot be used. \(error.userMessage)")
        }
    }
}
