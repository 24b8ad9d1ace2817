internal import Campaigns
internal import Mail
internal import Persistence
internal import Vault

/// A profile of djangoMailer's as a sender.
struct SenderPlan: Sendable {
    var kind = SenderRecord.Kind.rehearsal
    var host = ""
    var port = 587
    var security = SenderRecord.Security.startTLS
    var username = ""
    var fromName = ""
    /// Empty: the user's own.
    var fromEmail = ""
    var maxPerHour = 100
    var pausedReason = ""

    func write(to record: inout SenderRecord, fallback plan: UserPlan) {
        record.kind = kind
        record.host = host
        record.port = port
        record.security = security
        record.username = username
        record.fromName = fromName.isEmpty ? plan.name : fromName
        record.fromEmail = fromEmail.isEmpty ? plan.email : fromEmail
        record.maxPerHour = maxPerHour
    }
}

struct SenderPlanning {
    let user: OriginUser
    /// nil: djangoMailer's published default is tried.
    let keys: FernetKeys?

    /// The sender, its password in the clear (to be sealed at once), and what there is to tell.
    var result: (SenderPlan, password: String, [OriginFinding]) {
        var plan = SenderPlan()
        plan.fromName = user.fullName
        guard let profile = user.profile else { return (plan, "", []) }
        var findings: [OriginFinding] = []
        func tell(_ sentence: String) {
            findings.append(
                OriginFinding(.changed, "profile", profile.id, owner: user.name, subject: profile.fromEmail, sentence))
        }
        let host = RecipientFields.normalised(profile.host, limit: 253)
        plan.host = host
        plan.port = (1...65_535).contains(profile.port) ? profile.port : 587
        if plan.port != profile.port { tell("Port \(profile.port) does not exist; it is 587 now.") }
        plan.security = profile.usesSSL ? .tls : profile.usesTLS ? .startTLS : .none
        plan.username = RecipientFields.normalised(profile.username, limit: 320)
        plan.maxPerHour = min(max(1, profile.maxPerHour), 1_000_000)
        if let address = try? EmailAddress(profile.fromEmail) {
            plan.fromEmail = address.description
        } else {
            tell("The sender's address is none that mail can be sent from; it is the user's own now.")
        }
        if profile.maxPerHour < 1 {
            plan.pausedReason = "In djangoMailer the hourly limit was \(profile.maxPerHour), so that nothing was sent."
            tell("The hourly limit was \(profile.maxPerHour): the sender is paused, with a limit of 1.")
        } else if profile.maxPerHour > 1_000_000 {
            tell("The hourly limit was \(profile.maxPerHour); it is 1,000,000 now.")
        }
        if profile.isDirect {
            plan.kind = .direct
            plan.pausedReason =
                "djangoMailer sent directly to the recipients' servers, and so will this sender. Look at the names that they will see here, then let it go on."
            tell(
                "djangoMailer sent directly to the recipients' servers, and so will this sender: it is paused until somebody has looked at its settings here."
            )
        } else if host.isEmpty || host.contains(where: { $0.isWhitespace || "/@?#\\".contains($0) }) {
            if !host.isEmpty { tell("The mail server's name is none; the sender rehearses until one is entered.") }
            plan.host = ""
        } else {
            plan.kind = .smtp
        }
        let password = password(profile, tell)
        return (plan, plan.username.isEmpty ? "" : password, findings)
    }

    private func password(_ profile: OriginProfile, _ tell: (String) -> Void) -> String {
        guard FernetKeys.isToken(profile.password) else { return profile.password }
        let published = try? FernetKeys(DjangoMailerImport.publishedKey)
        if let bytes = keys?.open(profile.password) ?? (keys == nil ? published?.open(profile.password) : nil) {
            return String(validating: bytes, as: UTF8.self) ?? ""
        }
        tell(
            "The mail password cannot be decrypted with this FIELD_ENCRYPTION_KEY, so it is empty; enter it again in the sender's settings."
        )
        return ""
    }
}
