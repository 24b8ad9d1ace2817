internal import CSV
internal import Foundation
internal import Moving
internal import Persistence

/// What an import did, for a person: numbers and the first findings on the terminal, all findings in a file.
struct MovingReport {
    private static let mostShown = 10

    let stage: any Database
    let counts: DjangoMailerCounts

    func tell(_ terminal: Terminal, file: String?) async throws {
        let width = counts.lines.map(\.name.count).max() ?? 0
        for line in counts.lines {
            terminal.say(
                "\(CheckConfiguration.padded(line.name, to: width))  \(SendProgress.grouped(line.found)) found, "
                    + "\(SendProgress.grouped(line.new)) \(counts.isDryRun ? "would be " : "")new, \(SendProgress.grouped(line.there)) here already"
            )
        }
        for note in counts.notes { terminal.say("note: \(printable(note))") }
        for group in try await stage.read({ tx in try tx.findingCounts() }) {
            terminal.say("\(group.kind.rawValue), \(group.entity): \(SendProgress.grouped(group.count))")
            let first = try await stage.read { tx in
                try tx.findings(group.kind, of: group.entity, limit: Self.mostShown)
            }
            for (_, finding) in first { terminal.say("  \(Self.line(finding))") }
            if group.count > first.count {
                terminal.say(
                    "  … and \(SendProgress.grouped(group.count - first.count)) more\(file == nil ? "; --report FILE writes all of them" : "")"
                )
            }
        }
        if let file { try await write(to: file) }
        terminal.say(
            counts.isDryRun
                ? "This was a dry run: nothing was changed."
                : "Nothing was sent. Drafts and paused campaigns wait for somebody to start them.")
    }

    private static func line(_ finding: OriginFinding) -> String {
        let place = "\(finding.entity) \(finding.originID)"
        let subject = finding.subject.isEmpty ? "" : " (\(finding.subject))"
        let owner = finding.owner.isEmpty ? "" : ", user \(finding.owner)"
        return printable("\(place)\(subject)\(owner): \(finding.sentence)")
    }

    /// The file appears whole or not at all, for the owner alone: it has addresses in it.
    private func write(to path: String) async throws {
        let draft = "\(path).\(getpid()).tmp"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DataFolder.failure(errno, "The report \(path) cannot be written") }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try await write(to: file, asJSON: path.lowercased().hasSuffix(".json"))
            try file.synchronize()
        } catch {
            unlink(draft)
            throw error
        }
        guard rename(draft, path) == 0 else {
            let reason = errno
            unlink(draft)
            throw DataFolder.failure(reason, "The report \(path) cannot be written")
        }
    }

    private func write(to file: FileHandle, asJSON: Bool) async throws {
        let writer = CSVWriter()
        var bytes = asJSON ? Array("[".utf8) : CSVWriter.byteOrderMark
        if !asJSON { writer.append(["kind", "table", "id", "user", "subject", "sentence"], to: &bytes) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var last: Int64 = 0
        while true {
            let after = last
            let findings = try await stage.read { tx in try tx.findings(after: after, limit: 1000) }
            for (id, finding) in findings {
                if asJSON {
                    bytes += last == 0 ? [0x0A] : [0x2C, 0x0A]
                    bytes += try encoder.encode(ReportedFinding(finding))
                } else {
                    writer.append(
                        [
                            finding.kind.rawValue, finding.entity, String(finding.originID), finding.owner,
                            finding.subject, finding.sentence,
                        ], to: &bytes)
                }
                last = id
            }
            if findings.isEmpty { break }
            try file.write(contentsOf: bytes)
            bytes = []
        }
        if asJSON { bytes += Array("\n]\n".utf8) }
        try file.write(contentsOf: bytes)
    }
}

private struct ReportedFinding: Encodable {
    var kind, table, user, subject, sentence: String
    var id: Int64

    init(_ finding: OriginFinding) {
        kind = finding.kind.rawValue
        table = finding.entity
        id = finding.originID
        user = finding.owner
        subject = finding.subject
        sentence = finding.sentence
    }
}
