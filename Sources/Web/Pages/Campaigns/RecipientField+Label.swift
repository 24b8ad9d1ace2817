import Campaigns

extension RecipientField {
    /// What pages call it.
    var label: Phrase {
        switch self {
        case .email: "E-mail address"
        case .firstName: "First name"
        case .lastName: "Last name"
        case .company: "Company"
        case .country: "Country"
        case .city: "City"
        case .freeField1: "Free field 1"
        case .freeField2: "Free field 2"
        case .freeField3: "Free field 3"
        }
    }
}
