internal import CLibPQ
internal import Persistence

/// An answer of the server, freed with the value that holds it.
final class PostgresAnswer {
    /// None where nothing was asked.
    let handle: OpaquePointer?

    init(_ handle: OpaquePointer?) { self.handle = handle }
    deinit { PQclear(handle) }

    var status: ExecStatusType { PQresultStatus(handle) }
    var isGood: Bool { [PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_COPY_IN, PGRES_EMPTY_QUERY].contains(status) }
    var rows: Int32 { PQntuples(handle) }
    /// Rows inserted, updated, deleted; 0 for anything else.
    var changes: Int { Int(String(cString: PQcmdTuples(handle))) ?? 0 }
    /// "COMMIT", "ROLLBACK", "INSERT 0 5".
    var command: String { String(cString: PQcmdStatus(handle)) }

    /// In text format.
    func text(row: Int32, column: Int32) -> String { String(cString: PQgetvalue(handle, row, column)) }

    func field(_ code: Int32) -> String? { PQresultErrorField(handle, code).map { String(cString: $0) } }
}

/// One row of an answer in binary format.
struct PostgresRow: Row {
    let answer: PostgresAnswer
    let number: Int32

    func isNull(_ column: Int) -> Bool { PQgetisnull(answer.handle, number, place(column)) == 1 }

    func int64(_ column: Int) throws -> Int64 {
        let value = try value(column)
        return switch value.type {
        case .int8: load(value.bytes, as: Int64.self)
        case .int4: Int64(load(value.bytes, as: Int32.self))
        case .int2: Int64(load(value.bytes, as: Int16.self))
        case .oid: Int64(load(value.bytes, as: UInt32.self))
        case .bool: Int64(load(value.bytes, as: UInt8.self))
        case .numeric: try wholeNumber(value.bytes, column: column)
        default: throw DatabaseFault.unexpectedValue(column: column)
        }
    }

    func double(_ column: Int) throws -> Double {
        let value = try value(column)
        return switch value.type {
        case .float8: Double(bitPattern: load(value.bytes, as: UInt64.self))
        case .float4: Double(Float(bitPattern: load(value.bytes, as: UInt32.self)))
        default: Double(try int64(column))
        }
    }

    func string(_ column: Int) throws -> String {
        let value = try value(column)
        switch value.type {
        case .text, .varchar, .bpchar, .name, .unknown: return String(decoding: value.bytes, as: UTF8.self)
        default: throw DatabaseFault.unexpectedValue(column: column)
        }
    }

    func bytes(_ column: Int) throws -> [UInt8] {
        let value = try value(column)
        guard value.type == .bytea else { throw DatabaseFault.unexpectedValue(column: column) }
        return [UInt8](value.bytes)
    }

    private func place(_ column: Int) -> Int32 {
        precondition(column >= 0 && column < Int(PQnfields(answer.handle)), "a row has no column \(column)")
        return Int32(column)
    }

    private func value(_ column: Int) throws -> (type: PostgresType, bytes: UnsafeRawBufferPointer) {
        let place = place(column)
        guard let type = PostgresType(rawValue: PQftype(answer.handle, place)),
            PQgetisnull(answer.handle, number, place) == 0
        else { throw DatabaseFault.unexpectedValue(column: column) }
        let length = Int(PQgetlength(answer.handle, number, place))
        return (type, UnsafeRawBufferPointer(start: PQgetvalue(answer.handle, number, place), count: length))
    }

    private func load<Number: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer, as type: Number.Type) -> Number {
        precondition(bytes.count == MemoryLayout<Number>.size, "a number of \(bytes.count) octets")
        return Number(bigEndian: bytes.loadUnaligned(as: type))
    }

    /// A sum of 64-bit numbers is a `numeric`: groups of four decimal digits behind their count, the weight of the first
    /// group, a sign and a scale, 16 bits each.
    private func wholeNumber(_ bytes: UnsafeRawBufferPointer, column: Int) throws -> Int64 {
        func word(_ index: Int) -> Int16 {
            Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2 * index, as: Int16.self))
        }
        let (groups, weight, sign) = (Int(word(0)), Int(word(1)), UInt16(bitPattern: word(2)))
        guard sign == 0 || sign == 0x4000, groups <= weight + 1, weight < 5 else {
            guard groups == 0 else { throw DatabaseFault.unexpectedValue(column: column) }
            return 0
        }
        var number: Int64 = 0
        for group in 0..<max(0, weight + 1) {
            let digits = group < groups ? Int64(word(4 + group)) : 0
            let (product, isTooLarge) = number.multipliedReportingOverflow(by: 10_000)
            let (sum, isStillTooLarge) = product.addingReportingOverflow(digits)
            guard !isTooLarge, !isStillTooLarge else { throw DatabaseFault.unexpectedValue(column: column) }
            number = sum
        }
        return sign == 0 ? number : -number
    }
}
