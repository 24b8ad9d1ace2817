@testable import SMTP

extension ReplyCase {
    /// About the recipient or this one message, for good.
    static let recipients: [ReplyCase] = [
        // Postfix
        ReplyCase(
            .recipient, "550 5.1.1 <x@example.org>: Recipient address rejected: User unknown in virtual mailbox table"),
        ReplyCase(
            .recipient, "550 5.1.1 <x@example.org>: Recipient address rejected: User unknown in local recipient table"),
        ReplyCase(.recipient, "550 5.7.1 <x@example.org>: Recipient address rejected: undeliverable address"),
        ReplyCase(.recipient, "554 5.7.1 <x@example.org>: Recipient address rejected: Access denied"),
        ReplyCase(
            .recipient,
            "550 5.1.1 <x@example.org>: Recipient address rejected: undeliverable address: host mail.example.org said: 550 no such user"
        ),
        ReplyCase(.acceptance, "552 5.3.4 Message size exceeds fixed maximum message size"),
        ReplyCase(.acceptance, "554 5.6.0 Message content could not be converted"),
        ReplyCase(.acceptance, "554 5.4.6 Too many hops"),
        ReplyCase(.recipient, "552 5.2.2 <x@example.org>: Recipient address rejected: Mailbox full"),
        // Exim
        ReplyCase(.recipient, "550 unrouteable address"),
        ReplyCase(.recipient, "550 Unrouteable address"),
        ReplyCase(.recipient, "550 No such user here"),
        ReplyCase(.recipient, "550 <x@example.org>: Unknown user"),
        ReplyCase(.acceptance, "552 Message size exceeds maximum permitted"),
        // Google
        ReplyCase(
            .recipient, "550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking"
        ),
        ReplyCase(.recipient, "550 5.2.1 The email account that you tried to reach is disabled."),
        ReplyCase(.recipient, "550 5.2.1 The email account that you tried to reach is inactive. Learn more at"),
        ReplyCase(.recipient, "552 5.2.2 The email account that you tried to reach is over quota"),
        ReplyCase(
            .recipient, "552-5.2.2 The recipient's inbox is out of storage space. Please direct the recipient to"),
        ReplyCase(.recipient, "553 5.1.3 The recipient address is not a valid RFC-5321 address"),
        ReplyCase(
            .acceptance,
            "550-5.7.1 The user or domain that you are sending to (or from) has a policy that prohibited the mail that you sent."
        ),
        ReplyCase(.acceptance, "552 5.2.3 Message exceeds local size limit"),
        ReplyCase(
            .acceptance,
            "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered."
        ),
        // Microsoft: Outlook.com, Microsoft 365, Exchange
        ReplyCase(.recipient, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"),
        ReplyCase(.recipient, "550 5.1.1 RESOLVER.ADR.ExRecipNotFound; not found"),
        ReplyCase(.recipient, "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)"),
        ReplyCase(.recipient, "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302)."),
        ReplyCase(.recipient, "550 5.0.350 Remote server returned an error"),
        ReplyCase(.acceptance, "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required [Stage: CreateMessage]"),
        ReplyCase(.acceptance, "550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized"),
        ReplyCase(.acceptance, "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required"),
        ReplyCase(
            .acceptance,
            "550 5.7.124 RESOLVER.RST.NotInAllowedList; sender not in the allowed-senders list of the group"),
        ReplyCase(.acceptance, "550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient"),
        ReplyCase(
            .recipient,
            "550 5.7.513 Service unavailable, Client host blocked by recipient domain using Customer Block list. AS(16012611)"
        ),
        ReplyCase(.recipient, "550 5.7.507 Access denied, rejected by recipient"),
        ReplyCase(.acceptance, "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException"),
        ReplyCase(.recipient, "550 5.2.1 Mailbox cannot be accessed; account disabled"),
        // Yahoo and AOL
        ReplyCase(.recipient, "554 delivery error: dd This user doesn't have a yahoo.com account (x@yahoo.com) [0]"),
        ReplyCase(
            .recipient,
            "554 30 Sorry, your message to x@yahoo.com cannot be delivered. This mailbox is disabled (554.30)."),
        ReplyCase(.recipient, "552 1 Requested mail action aborted, mailbox not found"),
        ReplyCase(.recipient, "554 delivery error: dd Not a valid recipient - mta1.mail.yahoo.com"),
        ReplyCase(.recipient, "550 5.1.1 <x@aol.com>: Recipient address rejected: aol.com"),
        // Apple
        ReplyCase(.recipient, "550 5.1.1 <x@icloud.com>: user does not exist"),
        ReplyCase(.recipient, "552 5.2.2 <x@icloud.com>: user is over quota"),
        // GMX, WEB.DE, T-Online, Orange, Free
        ReplyCase(
            .recipient,
            "550-Requested action not taken: mailbox unavailable 550 For explanation visit https://postmaster.gmx.net/en/case?c=hn"
        ),
        ReplyCase(.recipient, "550 Benutzer nicht bekannt/User unknown"),
        ReplyCase(.recipient, "550 5.2.1 <x@gmx.net>... User is inactive"),
        ReplyCase(.recipient, "552 5.2.2 Over STORAGE quota"),
        ReplyCase(
            .recipient, "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416 [416]"),
        ReplyCase(.acceptance, "554-Transaction failed 554 Message size exceeds fixed limit."),
        // Mail.ru, Yandex, QQ, NetEase
        ReplyCase(
            .recipient,
            "550 Message was not accepted -- invalid mailbox. Local mailbox x@mail.ru is unavailable: user not found"),
        ReplyCase(
            .recipient,
            "550 Message was not accepted -- invalid mailbox. Local mailbox x@mail.ru is unavailable: account is disabled"
        ),
        ReplyCase(.recipient, "550 5.7.1 No such user!"),
        ReplyCase(.recipient, "550 5.7.1 Policy rejection on the target address"),
        ReplyCase(.recipient, "550 Mailbox not found. http://service.mail.qq.com/cgi-bin/help?subtype=1"),
        ReplyCase(.recipient, "550 The recipient's mailbox is full, size limit exceeded"),
        ReplyCase(.recipient, "550 User not found: x@163.com"),
        // Amazon SES, SendGrid, Postmark, SparkPost
        ReplyCase(
            .acceptance, "554 Transaction failed: Address contains illegal characters in user name: 'x y@example.org'."),
        ReplyCase(.acceptance, "554 Message rejected: Address blacklisted."),
        ReplyCase(
            .recipient, "550 5.7.1 ErrorCode: 406 You tried to send to a recipient that has been marked as inactive."),
        ReplyCase(.recipient, "550 5.7.1 [internal] recipient address was suppressed due to customer policy"),
        // Proofpoint, Mimecast, Barracuda, Cisco, qmail and others
        ReplyCase(.recipient, "550 5.1.1 User Unknown"),
        ReplyCase(.recipient, "550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550"),
        ReplyCase(
            .acceptance, "550 permanent failure for one or more recipients (x@example.org:550 5.1.1 User unknown)"),
        ReplyCase(.recipient, "550 #5.1.0 Address rejected."),
        ReplyCase(.recipient, "550 5.1.0 Address rejected."),
        ReplyCase(.recipient, "550 sorry, no mailbox here by that name. (#5.1.1)"),
        ReplyCase(.recipient, "550 5.1.1 x@comcast.net Account not available"),
        ReplyCase(.recipient, "550 Requested action not taken: mailbox unavailable"),
        ReplyCase(.recipient, "551 5.7.1 User not local"),
        ReplyCase(.recipient, "556 5.1.10 Recipient address has null MX"),
        ReplyCase(.recipient, "554 5.7.1 The recipient has blocked this sender"),
        ReplyCase(.recipient, "550 5.2.1 Mailbox disabled for this recipient"),
        ReplyCase(.acceptance, "554 5.2.2 mailbox full"),
        ReplyCase(.acceptance, "550 5.1.1 User unknown"),
        ReplyCase(.recipient, "553 5.1.2 We do not relay for, and have no mailbox at, this domain"),
    ]

    /// There is no such address, or it is closed for good.
    static let unknownAddresses: [ReplyCase] =
        recipients.filter { $0.text.contains("5.1.1") } + [
            ReplyCase(
                .recipient, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"),
            ReplyCase(.recipient, "550 unrouteable address"),
            ReplyCase(.recipient, "550 No such user here"),
            ReplyCase(.recipient, "550 <x@example.org>: Unknown user"),
            ReplyCase(.recipient, "550 5.7.1 No such user!"),
            ReplyCase(.recipient, "550 User not found: x@163.com"),
            ReplyCase(.recipient, "550 Benutzer nicht bekannt/User unknown"),
            ReplyCase(.recipient, "553 5.1.3 The recipient address is not a valid RFC-5321 address"),
            ReplyCase(.recipient, "550 5.2.1 The email account that you tried to reach is disabled."),
            ReplyCase(.recipient, "556 5.1.10 Recipient address has null MX"),
            ReplyCase(
                .recipient, "554 delivery error: dd This user doesn't have a yahoo.com account (x@yahoo.com) [0]"),
            ReplyCase(.acceptance, "550 5.1.1 User unknown"),
        ]

    static let notUnknown: [ReplyCase] = [
        ReplyCase(.recipient, "550 5.1.1 <x@example.org>: mailbox full"),
        ReplyCase(.recipient, "552 5.2.2 The email account that you tried to reach is over quota"),
        ReplyCase(.recipient, "450 4.1.1 <x@example.org>: User unknown in local recipient table"),
        ReplyCase(.recipient, "550 Requested action not taken: mailbox unavailable"),
        ReplyCase(.recipient, "554 5.7.1 The recipient has blocked this sender"),
        ReplyCase(.recipient, "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)"),
        ReplyCase(.recipient, "550 5.0.350 Remote server returned an error"),
        ReplyCase(
            .acceptance,
            "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered."
        ),
        ReplyCase(.acceptance, "552 5.3.4 Message size exceeds fixed maximum message size"),
        ReplyCase(.mail, "550 5.1.1 User unknown"),
        ReplyCase(.data, "550 5.1.1 User unknown"),
    ]
}
