internal import Campaigns
internal import Logging
internal import Mail
internal import Persistence
internal import Vault

/// `martlet user …`: users by whoever runs the installation.
public struct UserAdministration: Sendable {
    private let database: any Database
    private let passwords: Passwords

    init(database: any Database, passwords: Passwords) {
        self.database = database
        self.passwords = passwords
    }

    /// Opens the data folder of a configuration for `body` alone.
    public static func withInstallation<Value>(
        _ configuration: ServerConfiguration, _ body: (UserAdministration) async throws -> Value
    ) async throws -> Value {
        let installation = try await Installation(opening: configuration, logger: Logger(label: "martlet"))
        let administration = UserAdministration(database: installation.database, passwords: Passwords())
        do {
            let value = try await body(administration)
            try await installation.database.close()
            return value
        } catch {
            try? await installation.database.close()
            throw error
        }
    }

    /// - Parameter isAdministrator: the first user is one in any case.
    /// - Returns: a sentence about who was made.
    public func create(name: String, email: String, password: String, isAdministrator: Bool) async throws -> String {
        let user = try await add(name: name, email: email, password: password, isAdministrator: isAdministrator)
        return "User \(user.userName) was made\(user.isAdministrator ? ", a site administrator" : "")."
    }

    func add(name: String, email: String, password: String, isAdministrator: Bool) async throws -> UserRow {
        let (name, address) = try Self.checked(name: name, email: email)
        try Self.check(password, names: [name.text, address.description])
        let new = NewUser(
            userName: name.text, userKey: name.key, email: address.description, emailKey: address.key,
            passwordHash: try await passwords.hash(password))
        return try await database.write { tx in
            for (key, what) in [(new.userKey, name.text), (new.emailKey, address.description)]
            where try tx.isUserKeyTaken(key) {
                throw CommandFailure(
                    .badData, "There is already a user \(what); to change the password use `martlet user set-password`."
                )
            }
            return try tx.addUser(new, isAdministrator: isAdministrator ? true : nil)
        }
    }

    public func setPassword(of name: String, to password: String) async throws {
        let user = try await find(name)
        try Self.check(password, names: [user.userName, user.email])
        let hash = try await passwords.hash(password)
        try await database.write { tx in
            try tx.setPassword(of: user.id, hash: hash)
            try tx.removeSessions(of: user.id)
        }
    }

    /// - Throws: a ``CommandFailure`` that says how to see who is there.
    func find(_ name: String) async throws -> UserRow {
        let user = try await database.read { tx in try tx.user(withKey: UserKey(name).text)?.user }
        guard let user else {
            throw CommandFailure(.notFound, "There is no user \(printable(name)); `martlet user list` shows all.")
        }
        return user
    }

    public func table() async throws -> String {
        let users = try await database.read { tx in try tx.allUsers() }
        guard !users.isEmpty else {
            return "There are no users yet. Make one with `martlet user create NAME --email ADDRESS`."
        }
        let width = users.map(\.userName.count).max() ?? 0
        return users.map { user in
            let roles = (user.isAdministrator ? "  administrator" : "") + (user.isActive ? "" : "  inactive")
            return "\(user.id)  \(CheckConfiguration.padded(user.userName, to: width))  \(user.email)\(roles)"
        }.joined(separator: "\n")
    }

    private static func checked(name: String, email: String) throws -> (UserName, EmailAddress) {
        do { return (try UserName(name), try EmailAddress(email)) } catch let problem as UserNameProblem {
            throw CommandFailure(.usage, problem.userMessage)
        } catch let problem as EmailAddressProblem {
            throw CommandFailure(.usage, problem.userMessage)
        }
    }

    private static func check(_ password: String, names: [String]) throws {
        do { try PasswordRule.check(password, names: names) } catch {
            throw CommandFailure(.usage, error.userMessage)
        }
    }
}
