internal import Campaigns
internal import Mail
internal import Persistence

/// A site administrator from the configuration, for installations that nobody sits in front of (containers). djangoMailer's
/// names of the three settings are understood, too.
public struct FirstAdministrator: Sendable, CustomStringConvertible, CustomReflectable {
    public let name: String
    public let email: String
    let password: String

    public var description: String { "FirstAdministrator(\(name))" }
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// All three, or none.
    static func read(_ check: inout ConfigurationChecker) -> FirstAdministrator? {
        let name = check.read(
            .administrator, default: String?.none, shownAs: "(none)",
            expected: "use letters, digits and @ . + - _"
        ) { (try? UserName($0)).map { .some($0.text) } }
        let email = check.read(
            .administratorEmail, default: String?.none, shownAs: "(none)",
            expected: "use an address such as ada@example.org"
        ) { (try? EmailAddress($0)).map { .some($0.description) } }
        let password = check.read(
            .administratorPassword, default: String?.none, shownAs: "(none)",
            expected: "use \(PasswordRule.shortest) characters or more that are hard to guess"
        ) { text in
            do {
                try PasswordRule.check(text, names: [name, email].compactMap(\.self))
                return .some(text)
            } catch { return nil }
        }
        let given: [(Setting, String?)] = [
            (.administrator, name), (.administratorEmail, email), (.administratorPassword, password),
        ]
        guard let name, let email, let password else {
            // What is there and wrong was told already.
            let missing = given.filter { setting, value in
                value == nil && !check.faults.contains { $0.key == setting.key }
            }
            if given.contains(where: { $0.1 != nil }) {
                for (setting, _) in missing {
                    check.fault(setting, "is missing; set all three MARTLET_ADMIN_… or none")
                }
            }
            return nil
        }
        return FirstAdministrator(name: name, email: email, password: password)
    }

    /// Does nothing where somebody has the name or the address: a password that was changed stays changed.
    /// - Returns: whether the user was made.
    func make(by administration: UserAdministration, in database: any Database) async throws -> Bool {
        let keys = [UserKey(name).text, UserKey(email).text]
        let isThere = try await database.read { tx in try keys.contains { try tx.isUserKeyTaken($0) } }
        guard !isThere else { return false }
        do {
            _ = try await administration.add(name: name, email: email, password: password, isAdministrator: true)
            return true
        } catch {
            // Another node was first.
            guard try await database.read({ tx in try tx.isUserKeyTaken(keys[0]) }) else { throw error }
            return false
        }
    }
}
