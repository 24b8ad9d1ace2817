import NIOCore
import Testing

@testable import SMTP

@Suite struct `What a refusal means` {
    typealias Case = (step: SMTPStep, reply: String, consequence: SMTPFailure.Consequence)

    /// Replies of servers that are in use, as their operators document them or as they stand in public logs.
    static let about: [Case] = [
        // The recipient.
        (
            .recipient, "550 5.1.1 <x@example.org>: Recipient address rejected: User unknown in virtual mailbox table",
            .permanent
        ),
        (
            .recipient,
            "550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking", .permanent
        ),
        (
            .recipient, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
            .permanent
        ),
        (.recipient, "550 5.2.1 The email account that you tried to reach is disabled.", .permanent),
        (.recipient, "552 5.2.2 The email account that you tried to reach is over quota", .permanent),
        (.recipient, "550 Requested action not taken: mailbox unavailable", .permanent),
        (.recipient, "550 No such user here", .permanent),
        (.recipient, "551 5.7.1 User not local", .permanent),
        (.recipient, "553 5.1.3 The recipient address is not a valid RFC-5321 address", .permanent),
        (.recipient, "554 delivery error: dd This user doesn't have a yahoo.com account", .permanent),
        (.recipient, "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", .permanent),
        (.recipient, "550 5.1.0 Address rejected.", .permanent),
        (.recipient, "550 5.0.350 Remote server returned an error", .permanent),
        (.recipient, "550 5.7.1 <x@example.org>: Recipient address rejected: undeliverable address", .permanent),
        (.recipient, "556 5.1.10 Recipient address has null MX", .permanent),
        (.recipient, "550 unrouteable address", .permanent),
        (.recipient, "554 5.7.1 The recipient has blocked this sender", .permanent),
        (.acceptance, "552 5.3.4 Message size exceeds fixed maximum message size", .permanent),
        (.acceptance, "552 5.2.3 Message exceeds local size limit", .permanent),
        (.acceptance, "554 5.2.2 mailbox full", .permanent),
        (.acceptance, "550 5.1.1 User unknown", .permanent),
        (.acceptance, "554 5.6.0 Message content could not be converted", .permanent),
        (.acceptance, "554 5.4.6 Too many hops", .permanent),
        // Us.
        (.mail, "530 5.7.0 Must issue a STARTTLS command first", .senderFault),
        (.mail, "530-5.7.0 Authentication Required. Learn more at", .senderFault),
        (.mail, "530 5.7.57 Client not authenticated to send mail.", .senderFault),
        (.mail, "550 5.7.60 SMTP; Client does not have permissions to send as this sender", .senderFault),
        (.mail, "553 5.7.1 <a@example.com>: Sender address rejected: not owned by user b@example.com", .senderFault),
        (.mail, "550 5.1.8 Access denied, bad outbound sender", .senderFault),
        (.mail, "553 5.1.7 Sender address is not valid", .senderFault),
        (.mail, "554 Message rejected: Email address is not verified.", .senderFault),
        (.mail, "501 5.1.7 Bad sender address syntax", .senderFault),
        (.mail, "550 Sender verify failed", .senderFault),
        (.mail, "550 5.7.0 From address is not one of your addresses", .senderFault),
        (.recipient, "554 5.7.1 <x@example.org>: Relay access denied", .senderFault),
        (.recipient, "550 5.7.1 Unable to relay", .senderFault),
        (.recipient, "550 relay not permitted, authentication required", .senderFault),
        (
            .recipient, "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
            .senderFault
        ),
        (.recipient, "550 5.7.606 Access denied, banned sending IP [192.0.2.1]", .senderFault),
        (.recipient, "550 5.7.1 Client host rejected: cannot find your reverse hostname", .senderFault),
        (.recipient, "550 SPF check failed", .senderFault),
        (.recipient, "550 5.7.23 The message was rejected because of Sender Policy Framework violation", .senderFault),
        (.recipient, "550 5.7.26 This mail has been blocked because the sender is unauthenticated.", .senderFault),
        (.recipient, "503 5.5.1 Bad sequence of commands", .senderFault),
        (
            .acceptance, "550-5.7.26 This message does not have authentication information or fails to pass",
            .senderFault
        ),
        (
            .acceptance, "550-5.7.1 [192.0.2.1] Our system has detected that this message is likely unsolicited mail",
            .senderFault
        ),
        (.acceptance, "554 5.7.1 Spam message rejected", .senderFault),
        (
            .acceptance, "554 5.7.9 Message not accepted for policy reasons. See https://senders.yahooinc.com/",
            .senderFault
        ),
        (.acceptance, "550 5.4.5 Daily user sending limit exceeded. For more information on Gmail", .senderFault),
        (
            .acceptance, "550 5.7.515 Access denied, sending domain does not meet the required authentication level",
            .senderFault
        ),
        (.acceptance, "550 5.7.1 Email rejected per DMARC policy for example.com", .senderFault),
        (.acceptance, "554 Sending limit exceeded for this account", .senderFault),
        (.login, "535-5.7.8 Username and Password not accepted.", .senderFault),
        (.login, "534-5.7.9 Application-specific password required.", .senderFault),
        (
            .login, "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
            .senderFault
        ),
        (.greeting, "554 5.7.1 No SMTP service for you", .senderFault),
        (.hello, "550 5.7.1 HELO rejected", .senderFault),
        // Later.
        (.mail, "421 4.7.0 Too many errors on this connection", .temporary),
        (.mail, "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume", .temporary),
        (.mail, "451 4.7.500 Server busy. Please try again later", .temporary),
        (.mail, "454 Throttling failure: Maximum sending rate exceeded.", .temporary),
        (
            .recipient, "450 4.2.0 <x@example.org>: Recipient address rejected: Greylisted, see http://postgrey",
            .temporary
        ),
        (.recipient, "452 4.2.2 The email account that you tried to reach is over quota", .temporary),
        (.recipient, "452 4.5.3 Too many recipients", .temporary),
        (.recipient, "451 4.3.0 Temporary lookup failure", .temporary),
        (.recipient, "450 4.1.2 Recipient address rejected: Domain not found", .temporary),
        (.acceptance, "451 4.7.1 Please try again later", .temporary),
        (.acceptance, "421-4.7.28 Our system has detected an unusual rate of unsolicited mail", .temporary),
        (.acceptance, "452 4.3.1 Insufficient system storage", .temporary),
        (.login, "454 4.7.0 Temporary authentication failure", .temporary),
    ]

    @Test(arguments: about)
    func `is told by enhanced code, then code, then words`(refusal: Case) throws {
        var parser = SMTPReplyParser()
        var text = refusal.reply
        // A table of first lines: the hyphen of a longer reply is made a space.
        text.replaceSubrange(
            text.index(text.startIndex, offsetBy: 3)...text.index(text.startIndex, offsetBy: 3), with: " ")
        var buffer = ByteBuffer(string: text + "\r\n")
        let reply = try #require(try parser.next(from: &buffer))
        #expect(ReplyPolicy.consequence(of: reply, at: refusal.step) == refusal.consequence)
    }

    @Test(arguments: [
        ("450 4.2.0 Greylisted, see http://postgrey.schweikert.ch/", true),
        ("451 4.7.1 Greylisting in action, please come back later", true),
        ("450 graylisted, please try again in 300 seconds", true), ("421 4.7.0 Try again later", false),
        ("550 5.7.1 Greylisted for ever", false), ("452 4.2.2 Mailbox full", false),
    ])
    func `greylisting is known by its words`(text: String, isGreylisting: Bool) throws {
        var parser = SMTPReplyParser()
        var buffer = ByteBuffer(string: text + "\r\n")
        #expect(ReplyPolicy.isGreylisting(try #require(try parser.next(from: &buffer))) == isGreylisting)
    }
}
