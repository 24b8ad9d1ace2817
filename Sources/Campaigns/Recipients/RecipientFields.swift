/// What Martlet knows about one recipient: the nine fields, in their order.
public struct RecipientFields: Hashable, Sendable, Codable {
    public var email: String
    public var firstName: String
    public var lastName: String
    public var company: String
    public var country: String
    public var city: String
    public var freeField1: String
    public var freeField2: String
    public var freeField3: String

    /// As given; see `normalised`.
    public init(
        email: String, firstName: String = "", lastName: String = "", company: String = "", country: String = "",
        city: String = "", freeField1: String = "", freeField2: String = "", freeField3: String = ""
    ) {
        self.email = email
        self.firstName = firstName
        self.lastName = lastName
        self.company = company
        self.country = country
        self.city = city
        self.freeField1 = freeField1
        self.freeField2 = freeField2
        self.freeField3 = freeField3
    }

    enum CodingKeys: String, CodingKey {
        case email
        case firstName = "first_name"
        case lastName = "last_name"
        case company, country, city
        case freeField1 = "free_field1"
        case freeField2 = "free_field2"
        case freeField3 = "free_field3"
    }

    public subscript(field: RecipientField) -> String {
        get {
            switch field {
            case .email: email
            case .firstName: firstName
            case .lastName: lastName
            case .company: company
            case .country: country
            case .city: city
            case .freeField1: freeField1
            case .freeField2: freeField2
            case .freeField3: freeField3
            }
        }
        set {
            switch field {
            case .email: email = newValue
            case .firstName: firstName = newValue
            case .lastName: lastName = newValue
            case .company: company = newValue
            case .country: country = newValue
            case .city: city = newValue
            case .freeField1: freeField1 = newValue
            case .freeField2: freeField2 = newValue
            case .freeField3: freeField3 = newValue
            }
        }
    }

    /// All nine, in order.
    public var values: [String] { RecipientField.allCases.map { self[$0] } }

    /// What a list shows: the name, or the address where there is none.
    public var displayName: String {
        let name = [firstName, lastName].filter { !$0.isEmpty }.joined(separator: " ")
        return name.isEmpty ? email : name
    }
}

extension RecipientFields {
    /// The nine fields joined by U+001F: the form in which they are stored and rendered (`MergeValues`).
    /// U+001F inside a value is left out, so that the fields never shift.
    public var packed: String {
        values.map { $0.utf8.contains(MergeValues.separator) ? $0.filter { $0 != "\u{1F}" } : $0 }
            .joined(separator: "\u{1F}")
    }

    /// The inverse of `packed`; missing fields are empty, further ones are ignored.
    public init(packed: String) {
        self.init(email: "")
        let parts = packed.split(separator: "\u{1F}", maxSplits: 20, omittingEmptySubsequences: false)
        for (field, part) in zip(RecipientField.allCases, parts) {
            self[field] = String(part)
        }
    }
}
