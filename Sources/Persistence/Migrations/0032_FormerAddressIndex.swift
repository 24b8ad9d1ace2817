/// Whoever is suppressed is looked for among those who had the address, too: what waits for them is called off.
extension Migration {
    static let formerAddressIndex = Migration(number: 32, subject: "Former addresses by address", isCompatible: true) {
        _ in ["CREATE INDEX former_address_key ON former_address (account_id, email_key)"]
    }
}
