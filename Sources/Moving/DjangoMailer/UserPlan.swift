internal import Campaigns
internal import Mail
internal import Persistence
internal import Vault

/// Under which name, address and password a user of djangoMailer comes over.
struct UserPlan: Sendable {
    var origin: OriginUser
    var name: String
    var nameKey: String
    var email: String
    var emailKey: String
    var passwordHash: String

    var new: NewUser {
        NewUser(userName: name, userKey: nameKey, email: email, emailKey: emailKey, passwordHash: passwordHash)
    }
}

/// Finds free names and addresses for all users at once: those who have a right one keep it, whoever comes first.
struct UserPlanning {
    /// Keys and who has them; names and addresses share one space, since either logs in.
    private var claimed: [String: Int64] = [:]
    private let isTaken: (String) -> Bool
    private(set) var findings: [OriginFinding] = []

    /// - Parameter isTaken: whether somebody of this installation has the key already.
    init(isTaken: @escaping (String) -> Bool) { self.isTaken = isTaken }

    mutating func plan(_ users: [OriginUser]) -> [UserPlan] {
        var plans: [UserPlan] = []
        for user in users {
            let (name, key) = findName(user)
            plans.append(
                UserPlan(
                    origin: user, name: name, nameKey: key, email: "", emailKey: "", passwordHash: password(user)))
        }
        for index in plans.indices { giveAddress(plans[index].origin.email, to: &plans[index]) }
        for index in plans.indices where plans[index].email.isEmpty { findAddress(&plans[index]) }
        return plans
    }

    private mutating func claim(_ key: String, _ user: Int64) -> Bool {
        guard claimed[key] == nil || claimed[key] == user, claimed[key] != nil || !isTaken(key) else { return false }
        claimed[key] = user
        return true
    }

    private mutating func tell(_ kind: OriginFinding.Kind, _ user: OriginUser, _ sentence: String) {
        findings.append(
            OriginFinding(kind, "user", user.id, owner: user.name, subject: user.name, sentence))
    }

    private mutating func findName(_ user: OriginUser) -> (String, String) {
        var base = user.name
        if (try? UserName(base)) == nil {
            base = String(
                String.UnicodeScalarView(
                    user.name.unicodeScalars.filter { (try? UserName(String($0))) != nil }.prefix(140))
            )
            if base.isEmpty { base = "user-\(user.id)" }
        }
        for number in 1... {
            let text = number == 1 ? base : "\(base.prefix(140))-\(number)"
            guard let name = try? UserName(text), claim(name.key, user.id) else { continue }
            if name.text != user.name {
                tell(
                    .changed, user,
                    "The user name is \(name.text) here, because \(printableName(user.name)) is taken or not allowed.")
            }
            return (name.text, name.key)
        }
        preconditionFailure("names have no end")
    }

    private func printableName(_ name: String) -> String { RecipientFields.normalised(name, limit: 150) }

    private mutating func giveAddress(_ text: String, to plan: inout UserPlan) {
        guard !text.isEmpty, let address = try? EmailAddress(text), claim(address.key, plan.origin.id) else { return }
        plan.email = address.description
        plan.emailKey = address.key
    }

    private mutating func findAddress(_ plan: inout UserPlan) {
        let user = plan.origin
        let had = user.email.isEmpty ? "had no address" : "had an address that is taken or none"
        giveAddress(user.profile?.fromEmail ?? "", to: &plan)
        if !plan.email.isEmpty {
            tell(.changed, user, "The user \(had); the sender's, \(plan.email), was taken instead.")
            return
        }
        for number in 1... {
            giveAddress("user-\(user.id)\(number == 1 ? "" : "-\(number)")@imported.invalid", to: &plan)
            if !plan.email.isEmpty { break }
        }
        tell(.changed, user, "The user \(had), so it is \(plan.email), which exists nowhere.")
    }

    private mutating func password(_ user: OriginUser) -> String {
        if DjangoPassword(user.password) != nil { return user.password }
        tell(
            .changed, user,
            user.password.hasPrefix("!")
                ? "The user had no usable password, and has none here; `martlet user set-password` sets one."
                : "The password is not hashed with PBKDF2-SHA256, so it cannot be checked; `martlet user set-password` sets a new one."
        )
        return "!"
    }
}
