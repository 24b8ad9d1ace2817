internal import Foundation

/// A `.env` file: `NAME=value` a line, `#` comments, an optional `export`, optional quotes around the value.
///
/// Read by ourselves, because swift-configuration keeps quotes as part of the value and passes over what it cannot
/// read; here a line that says nothing is a fault with its number.
public enum EnvironmentFile {
    /// - Throws: ``ConfigurationFaults`` for lines that cannot be read, and for a required file that is not there.
    public static func read(_ path: String, required: Bool) throws -> (path: String, values: [String: String])? {
        guard FileManager.default.fileExists(atPath: path) else {
            if required { throw ConfigurationFaults([ConfigurationError(key: path, problem: "is not there")]) }
            return nil
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConfigurationFaults([
                ConfigurationError(key: path, problem: "cannot be read; check its owner and permissions")
            ])
        }
        return (path, try parse(String(decoding: data, as: UTF8.self), path: path))
    }

    static func parse(_ text: String, path: String) throws -> [String: String] {
        var values: [String: String] = [:]
        var faults: [ConfigurationError] = []
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let (name, value) = assignment(line) else {
                faults.append(
                    ConfigurationError(
                        key: "\(path), line \(index + 1)",
                        problem: "is not NAME=value (a comment begins with #; a quote must be closed)"))
                continue
            }
            values[name] = value
        }
        if !faults.isEmpty { throw ConfigurationFaults(faults) }
        return values
    }

    private static func assignment(_ line: String) -> (String, String)? {
        guard let equals = line.firstIndex(of: "=") else { return nil }
        var name = line[..<equals].trimmingCharacters(in: .whitespaces)
        if name.hasPrefix("export ") { name = name.dropFirst(7).trimmingCharacters(in: .whitespaces) }
        guard !name.isEmpty, name.utf8.allSatisfy({ $0 == 0x5F || $0.isASCIILetterOrDigit })
        else { return nil }
        let rest = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
        guard let quote = rest.first, quote == "\"" || quote == "'" else { return (name, withoutComment(rest)) }
        guard let end = rest.dropFirst().firstIndex(of: quote) else { return nil }
        let after = rest[rest.index(after: end)...].trimmingCharacters(in: .whitespaces)
        guard after.isEmpty || after.hasPrefix("#") else { return nil }
        return (name, String(rest[rest.index(after: rest.startIndex)..<end]))
    }

    /// A comment behind a value needs a space before its #, so that a secret may contain one.
    private static func withoutComment(_ value: String) -> String {
        guard let comment = value.range(of: " #") else { return value }
        return value[..<comment.lowerBound].trimmingCharacters(in: .whitespaces)
    }
}
