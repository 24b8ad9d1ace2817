extension RecipientFields {
    /// What lists by name are sorted by: last name, then first name, folded; what has no name comes by its address,
    /// behind all that have one.
    public var nameKey: String {
        if lastName.isEmpty, firstName.isEmpty { return Self.last + Self.folded(email) }
        return Self.folded(lastName.isEmpty ? firstName : firstName.isEmpty ? lastName : "\(lastName) \(firstName)")
    }

    /// What lists by company are sorted by: the company, folded; those without one come behind the others.
    public var companyKey: String { company.isEmpty ? Self.last : Self.folded(company) }

    /// Appends what `nameKey` gives for these texts in UTF-8.
    public static func appendNameKey(
        first: UnsafeBufferPointer<UInt8>, last: UnsafeBufferPointer<UInt8>, email: UnsafeBufferPointer<UInt8>,
        to output: inout [UInt8]
    ) {
        guard !first.isEmpty || !last.isEmpty else {
            output.append(contentsOf: Self.last.utf8)
            return appendFolded(email, to: &output)
        }
        appendFolded(last, to: &output)
        if !first.isEmpty, !last.isEmpty { output.append(0x20) }
        appendFolded(first, to: &output)
    }

    /// Appends what `companyKey` gives for this text in UTF-8.
    public static func appendCompanyKey(_ company: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
        if company.isEmpty { output.append(contentsOf: last.utf8) } else { appendFolded(company, to: &output) }
    }

    /// Behind everything that a name begins with, in the order of bytes.
    private static let last = "\u{10FFFD}"
}
