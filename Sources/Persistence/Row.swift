public import Campaigns

/// One row of an answer, valid only inside the closure that receives it. Columns are counted from 0, in the order of
/// the SELECT; reading a column as something that it does not hold throws ``DatabaseFault/unexpectedValue(column:)``.
public protocol Row {
    func isNull(_ column: Int) -> Bool
    func int64(_ column: Int) throws -> Int64
    func double(_ column: Int) throws -> Double
    func string(_ column: Int) throws -> String
    func bytes(_ column: Int) throws -> [UInt8]
}

extension Row {
    public func int(_ column: Int) throws -> Int { Int(try int64(column)) }
    public func bool(_ column: Int) throws -> Bool { try int64(column) != 0 }
    public func id<ID: Identifier>(_ column: Int, as type: ID.Type = ID.self) throws -> ID {
        ID(rawValue: try int64(column))
    }
    public func instant(_ column: Int) throws -> Instant { Instant(rawValue: try int64(column)) }

    public func optionalInt64(_ column: Int) throws -> Int64? { isNull(column) ? nil : try int64(column) }
    public func optionalInt(_ column: Int) throws -> Int? { isNull(column) ? nil : try int(column) }
    public func optionalString(_ column: Int) throws -> String? { isNull(column) ? nil : try string(column) }
    public func optionalBytes(_ column: Int) throws -> [UInt8]? { isNull(column) ? nil : try bytes(column) }
    public func optionalInstant(_ column: Int) throws -> Instant? { isNull(column) ? nil : try instant(column) }
    public func optionalID<ID: Identifier>(_ column: Int, as type: ID.Type = ID.self) throws -> ID? {
        isNull(column) ? nil : try id(column)
    }

    /// A value stored by its raw text, such as a state.
    public func value<Value: RawRepresentable<String>>(_ column: Int, as type: Value.Type = Value.self) throws -> Value
    {
        guard let value = Value(rawValue: try string(column)) else {
            throw DatabaseFault.unexpectedValue(column: column)
        }
        return value
    }
}
