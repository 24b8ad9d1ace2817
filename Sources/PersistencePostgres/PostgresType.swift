internal import Persistence

/// The types that we send and read, by their number in the catalogue `pg_type`, which never changes.
enum PostgresType: UInt32 {
    /// Left to the server: it takes the type of the place where the value stands.
    case unspecified = 0
    case bool = 16
    case bytea = 17
    case name = 19
    case int8 = 20
    case int2 = 21
    case int4 = 23
    case text = 25
    case oid = 26
    case float4 = 700
    case float8 = 701
    case unknown = 705
    case byteaArray = 1001
    case textArray = 1009
    case int8Array = 1016
    case float8Array = 1022
    case bpchar = 1042
    case varchar = 1043
    case numeric = 1700

    /// The array of it, and what that is called.
    var array: (type: PostgresType, name: String)? {
        switch self {
        case .int8: (.int8Array, "bigint[]")
        case .text: (.textArray, "text[]")
        case .bytea: (.byteaArray, "bytea[]")
        case .float8: (.float8Array, "float8[]")
        default: nil
        }
    }
}

extension SQLValue {
    var type: PostgresType {
        switch self {
        case .null: .unspecified
        case .integer: .int8
        case .real: .float8
        case .text: .text
        case .blob: .bytea
        }
    }
}
