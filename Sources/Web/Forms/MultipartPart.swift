import Foundation

/// The head of one part of a multipart form: which field it is, and the file's name if it is one.
struct MultipartPart: Sendable, Equatable {
    var name: String
    /// The file's own name without folders, at most 200 characters; `nil` for a plain field.
    var fileName: String?
    var contentType: String?

    init(name: String, fileName: String? = nil, contentType: String? = nil) {
        self.name = name
        self.fileName = fileName
        self.contentType = contentType
    }

    /// Reads the lines before a part's content. Fails without `Content-Disposition: form-data; name=…` (RFC 7578 §4.2).
    init(headers: String) throws(MultipartProblem) {
        var disposition: [String: String]?
        for line in headers.split(whereSeparator: { $0 == "\r\n" || $0 == "\n" }) {
            guard let colon = line.firstIndex(of: ":") else { throw .malformedHeader }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            switch line[..<colon].trimmingCharacters(in: .whitespaces).lowercased() {
            case "content-disposition": disposition = Self.parameters(value)
            case "content-type": contentType = value
            default: break
            }
        }
        guard let disposition, disposition[""]?.lowercased() == "form-data", let name = disposition["name"] else {
            throw .malformedHeader
        }
        self.name = name
        fileName = disposition["filename"].map(Self.baseName)
    }

    /// `form-data; name="a"; filename="b"` as a dictionary, the first word under "". Browsers write `%22`, `%0D` and
    /// `%0A` for the three characters that cannot stand in quotes (HTML, multipart/form-data encoding algorithm).
    private static func parameters(_ value: String) -> [String: String] {
        var result: [String: String] = [:]
        var key = ""
        var text = ""
        var isKey = true
        var isQuoted = false
        var isEscaped = false
        func keep() {
            let name = isKey && !result.isEmpty ? text : key
            let clean = name.trimmingCharacters(in: .whitespaces).lowercased()
            if result[clean] == nil { result[clean] = isKey && !result.isEmpty ? "" : text }
        }
        for character in value {
            if isEscaped {
                // Only curl escapes; to browsers a backslash is a character of the name.
                if character != "\"", character != "\\" { text.append("\\") }
                text.append(character)
                isEscaped = false
            } else if isQuoted, character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
            } else if !isQuoted, character == ";" {
                keep()
                (key, text, isKey) = ("", "", true)
            } else if !isQuoted, isKey, character == "=", !result.isEmpty {
                (key, text, isKey) = (text, "", false)
            } else if isQuoted || !character.isWhitespace {
                text.append(character)
            }
        }
        keep()
        return result.mapValues {
            $0.replacing("%22", with: "\"").replacing("%0D", with: "\r").replacing("%0A", with: "\n")
        }
    }

    private static func baseName(_ path: String) -> String {
        let name =
            path.unicodeScalars.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map { String($0) } ?? ""
        let printable = name.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }
        return String(String(String.UnicodeScalarView(printable)).prefix(200))
    }
}

/// Why a multipart form cannot be read.
enum MultipartProblem: Error, Equatable {
    case truncated, malformedDelimiter, malformedHeader
    case tooManyParts(Int), headersTooLong(Int)

    var userMessage: String {
        switch self {
        case .truncated: "The upload ended before the file was complete. Please try again."
        case .malformedDelimiter, .malformedHeader:
            "The browser's form could not be read. Please reload the page and try again."
        case .tooManyParts(let limit): "The form has more than \(limit) fields, which no page of this server sends."
        case .headersTooLong(let limit): "A field of the form has a heading of more than \(limit) bytes."
        }
    }
}
