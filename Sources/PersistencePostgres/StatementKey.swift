internal import Persistence

/// What tells one statement from another without putting its text together: where its parts of text are in the program,
/// and the kinds of the values between them.
struct StatementKey: Hashable {
    private var words: [UInt] = []

    init(_ sql: SQL) {
        words.reserveCapacity(sql.segments.count)
        for segment in sql.segments {
            switch segment {
            case .text(let text): add(text)
            case .binding(let value): words.append(UInt(value.type.rawValue))
            }
        }
    }

    private mutating func add(_ text: StaticString) {
        if text.hasPointerRepresentation {
            // Two texts may begin at one place: the linker folds what ends alike.
            words.append(UInt(bitPattern: text.utf8Start))
            words.append(UInt(text.utf8CodeUnitCount) | UInt.max << 40)
        } else {
            words.append(UInt(text.unicodeScalar.value) | 1 << 48)
        }
    }
}

extension SQL {
    /// The statement's text with `$1`, `$2` … for its values.
    var textForPostgres: String {
        var text: [UInt8] = []
        text.reserveCapacity(512)
        var values = 0
        for segment in segments {
            switch segment {
            case .text(let part): part.withUTF8Buffer { text.append(contentsOf: $0) }
            case .binding:
                values += 1
                text.append(UInt8(ascii: "$"))
                text.append(contentsOf: String(values).utf8)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
