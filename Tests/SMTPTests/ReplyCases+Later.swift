@testable import SMTP

extension ReplyCase {
    /// Not now.
    static let later: [ReplyCase] = [
        // The server has trouble, or the mailbox
        ReplyCase(.recipient, "452 4.2.2 The email account that you tried to reach is over quota"),
        ReplyCase(.recipient, "450-4.2.1 The user you are trying to contact is receiving mail too quickly."),
        ReplyCase(
            .recipient,
            "450 4.2.1 The user you are trying to contact is receiving email at a rate that prevents additional messages from being delivered"
        ),
        ReplyCase(.recipient, "451 4.3.0 Temporary lookup failure"),
        ReplyCase(.recipient, "450 4.1.2 Recipient address rejected: Domain not found"),
        ReplyCase(
            .recipient,
            "450 4.1.1 <x@example.org>: Recipient address rejected: unverified address: Address verification in progress"
        ),
        ReplyCase(.recipient, "454 4.7.1 <x@example.org>: Relay access denied"),
        ReplyCase(.acceptance, "451 4.7.1 Please try again later"),
        ReplyCase(.acceptance, "452 4.3.1 Insufficient system storage"),
        ReplyCase(
            .acceptance,
            "451 Internal resources are temporarily unavailable - https://community.mimecast.com/docs/DOC-1369#451"),
        ReplyCase(.recipient, "451 Temporary local problem - please try later"),
        ReplyCase(.recipient, "450 Requested mail action not taken: mailbox unavailable"),
        ReplyCase(.acceptance, "451 4.7.1 Sorry, the service is currently unavailable. Please come back later."),
        ReplyCase(.recipient, "452 4.2.2 <x@icloud.com>: user is overquota"),
        ReplyCase(.acceptance, "421 4.3.0 Temporary System Problem. Try again later"),
        ReplyCase(.recipient, "451 4.4.3 Temporary server error. Please try again later ATTR5"),
    ]

    /// Limits: no attempt is spent.
    static let slowDown: [ReplyCase] = [
        // We are too many, too fast or too often
        ReplyCase(.mail, "421 4.7.0 Too many errors on this connection"),
        ReplyCase(
            .mail,
            "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints"
        ),
        ReplyCase(.mail, "421 4.7.1 [TS03] All messages from 192.0.2.1 will be permanently deferred"),
        ReplyCase(.mail, "451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (AS77712)"),
        ReplyCase(.mail, "454 Throttling failure: Maximum sending rate exceeded."),
        ReplyCase(.acceptance, "454 Throttling failure: Maximum sending rate exceeded."),
        ReplyCase(.acceptance, "454 Throttling failure: Daily message quota exceeded."),
        ReplyCase(.recipient, "452 4.5.3 Too many recipients"),
        ReplyCase(
            .acceptance,
            "421-4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP address."),
        ReplyCase(.recipient, "421-4.7.28 Gmail has detected an unusual rate of mail originating from your IP"),
        ReplyCase(.login, "454 4.7.0 Temporary authentication failure"),
        ReplyCase(.login, "454 4.7.0 Too many login attempts, please try again later."),
        ReplyCase(.greeting, "421 4.7.0 mx.example.org Error: too many connections from 192.0.2.1"),
        ReplyCase(.mail, "450 4.7.1 Error: too much mail from 192.0.2.1"),
        ReplyCase(.recipient, "450 4.7.1 Error: too many recipients from 192.0.2.1"),
        ReplyCase(.greeting, "421 Too many concurrent SMTP connections; please try again later."),
        ReplyCase(
            .greeting,
            "421 4.3.2 The maximum number of concurrent connections has exceeded a limit, closing transmission channel"),
        ReplyCase(.acceptance, "421 4.4.2 Message submission rate for this client has exceeded the configured limit"),
        ReplyCase(.acceptance, "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded"),
        ReplyCase(
            .recipient,
            "451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation."),
        ReplyCase(
            .mail,
            "421 RP-001 (BAY004) Unfortunately, some messages from 192.0.2.1 weren't sent. You have exceeded the rate limit"
        ),
        ReplyCase(.recipient, "452 4.3.2 Connection rate limit exceeded."),
        ReplyCase(
            .mail,
            "421 4.7.0 mwinf5c04 ME Trop de connexions, veuillez verifier votre configuration. Too many connections, slow down. OFR004_104 [104]"
        ),
        ReplyCase(
            .greeting,
            "421-web.de (mxweb104) Nemesis ESMTP Service not available 421-Service closing transmission channel 421 Too many connections"
        ),
        ReplyCase(.acceptance, "450 Requested mail action not taken: mailbox unavailable Mail send limit exceeded."),
        ReplyCase(
            .recipient,
            "550 Ip frequency limited. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000725"),
        ReplyCase(.acceptance, "550 Domain frequency limited [192.0.2.1]"),
        ReplyCase(.acceptance, "554 MI:STC 163 smtp1 sent too much in a session"),
        ReplyCase(.recipient, "452 Too many recipients received this hour"),
        ReplyCase(.greeting, "421 #4.4.5 Too many connections from your host."),
        ReplyCase(.mail, "452 4.1.0 192.0.2.1 Too many emails sent on this session"),
        ReplyCase(
            .mail,
            "421 4.1.0 192.0.2.1 Throttled - try again later. Please see http://postmaster.comcast.net/smtp-error-codes.php#RL000002"
        ),
        ReplyCase(
            .acceptance, "452 Domain example.com is not allowed to send: recipient limit exceeded. try again after Thu"),
        ReplyCase(.recipient, "450 4.7.25 Client host rejected: rate limit reached"),
        ReplyCase(.recipient, "421 4.3.2 Service shutting down"),
        ReplyCase(.mail, "452 4.3.1 Insufficient system resources"),
    ]

    /// Greylisting (RFC 6647).
    static let greylisted: [ReplyCase] = [
        // Come back in some minutes
        ReplyCase(
            .recipient,
            "450 4.2.0 <x@example.org>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/example.org.html"
        ),
        ReplyCase(.recipient, "451 4.7.1 Greylisting in action, please come back later"),
        ReplyCase(.recipient, "450 graylisted, please try again in 300 seconds"),
        ReplyCase(.recipient, "451 Greylisted, please try again in 180 seconds"),
        ReplyCase(
            .recipient,
            "451 4.7.1 <x@example.org>: Recipient address rejected: Intentional policy rejection, please try again in 5 minutes; greylisting"
        ),
        ReplyCase(.acceptance, "451-Remote host is grey-listed, please try again later"),
        ReplyCase(.recipient, "450 4.7.1 Try again in 60 seconds, unknown sender"),
        ReplyCase(.mail, "451 4.7.1 Gray listed: please retry"),
    ]
}
