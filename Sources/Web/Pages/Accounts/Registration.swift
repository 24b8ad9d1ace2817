import Campaigns
import Logging
import Mail
import HTTPTypes
import Hummingbird
import Persistence
import Vault

/// Makes a user with an account. The first one of an installation becomes its administrator.
struct Registration {
    /// djangoMailer's limit: registrations an hour and client address.
    static let limit = 3
    static let window = Duration.seconds(3600)

    let visit: GuestVisit

    func answer() async throws -> Response {
        guard try await visit.isRegistrationOpen() else {
            return RegistrationPage(form: Form(), isOpen: false).answer(visit, .forbidden)
        }
        var form = Form(visit.form)
        let name = form.text("username", required: true, max: 150)
        let address = form.text("email", required: true, max: 254)
        let userKey = checkName(name, address, &form)
        let emailKey = checkAddress(address, &form)
        form.newPassword("password1", again: "password2", names: [name, address])
        guard form.isValid else { return page(form) }
        guard try await mayGoOn(&form) else { return page(form, .tooManyRequests) }
        guard let hash = await visit.site.passwords.hash(form["password1"], &form, for: "password1") else {
            return page(form)
        }
        let new = NewUser(
            userName: name, userKey: userKey, email: address, emailKey: emailKey, passwordHash: hash)
        guard let user = try await add(new, &form) else { return page(form) }
        visit.logger.info(
            "Registered", metadata: ["user.id": "\(user.id)", "user.administrator": "\(user.isAdministrator)"])
        return try await visit.beginSession(user.id, goingTo: "/")
    }

    private func checkName(_ name: String, _ address: String, _ form: inout Form) -> String {
        guard !name.isEmpty else { return "" }
        do {
            let key = try UserName(name).key
            // Nobody may take another one's address for a name.
            if name.utf8.contains(UInt8(ascii: "@")), UserKey(name).text != UserKey(address).text {
                form.refuse("username", "A user name with an @ must be your own address.")
            }
            return key
        } catch {
            form.refuse("username", sentence: error.userMessage)
            return ""
        }
    }

    private func checkAddress(_ address: String, _ form: inout Form) -> String {
        guard !address.isEmpty else { return "" }
        do {
            return try EmailAddress(address).key
        } catch {
            form.refuse("email", sentence: error.userMessage)
            return ""
        }
    }

    private func mayGoOn(_ form: inout Form) async throws -> Bool {
        let subject = visit.clientSubject
        let wait = try await visit.site.database.write {
            try $0.tryOnce("register", by: subject, limit: Self.limit, within: Self.window)
        }
        guard let wait else { return true }
        let minutes = Int(wait.components.seconds / 60) + 1
        form.refuse(
            forNow: .counted(
                minutes, one: "Too many registrations from here. Please try again in \(minutes) minute.",
                other: "Too many registrations from here. Please try again in \(minutes) minutes."))
        return false
    }

    private func add(_ new: NewUser, _ form: inout Form) async throws -> UserRow? {
        let (taken, user): (String?, UserRow?) = try await visit.site.database.write { tx in
            if try tx.isUserKeyTaken(new.userKey) { return ("username", nil) }
            if try tx.isUserKeyTaken(new.emailKey) { return ("email", nil) }
            return (nil, try tx.addUser(new))
        }
        switch taken {
        case "username": form.refuse("username", "This user name is taken. Please choose another.")
        case "email": form.refuse("email", "There is a user with this address already. You can log in with it.")
        default: break
        }
        return user
    }

    private func page(_ form: Form, _ status: HTTPResponse.Status = .unprocessableContent) -> Response {
        RegistrationPage(form: form, isOpen: true).answer(visit, status)
    }
}
