/// The nine built-in fields of a recipient, in the order of every table, form and packed value. The raw values are
/// merge tags, form fields and CSV columns alike.
public enum RecipientField: String, CaseIterable, Sendable, Codable, Hashable {
    case email
    case firstName = "first_name"
    case lastName = "last_name"
    case company
    case country
    case city
    case freeField1 = "free_field1"
    case freeField2 = "free_field2"
    case freeField3 = "free_field3"

    /// The most octets of UTF-8 that a field but the address may have.
    public static let limit = 500
    /// The most octets of an address (RFC 5321 §4.5.3.1.3, with RFC 3696 erratum 1690).
    public static let emailLimit = 254

    public var limit: Int { self == .email ? Self.emailLimit : Self.limit }

    /// Position in `allCases`, from 0.
    public var index: Int {
        switch self {
        case .email: 0
        case .firstName: 1
        case .lastName: 2
        case .company: 3
        case .country: 4
        case .city: 5
        case .freeField1: 6
        case .freeField2: 7
        case .freeField3: 8
        }
    }
}
