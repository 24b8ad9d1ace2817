extension RecipientFields {
    /// What lists by name are sorted by: last name, then first name, folded; what has no name comes by its address,
    /// behind all that have one.
    public var nameKey: String {
        if lastName.isEmpty, firstName.isEmpty { return Self.last + Self.folded(email) }
        return Self.folded(lastName.isEmpty ? firstName : firstName.isEmpty ? lastName : "\(lastName) \(firstName)")
    }

    /// What lists by company are sorted by: the company, folded; those without one come behind the others.
    public var companyKey: String { company.isEmpty ? Self.last : Self.folded(company) }

    /// Behind everything that a name begins with, in the order of bytes.
    private static let last = "\u{10FFFD}"
}
