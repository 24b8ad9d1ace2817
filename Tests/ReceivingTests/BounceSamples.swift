/// Mails that came back, in the shape that mail servers and providers give them: only what tells, shortened.
///
/// Longer than our usual file, because it is one table.
struct BounceSample: Sendable, CustomStringConvertible {
    /// hard, soft, refused, delayed, arrived; away for an automatic reply, unclear for what says nothing.
    var verdict: String
    var code: Int?
    var name: String
    var mail: String
    /// What the history has to say.
    var words = ""

    var description: String { name }
    var bytes: [UInt8] { Array(mail.replacing("\n", with: "\r\n").utf8) }

    /// A report as RFC 3464 wants it.
    static func report(
        _ name: String, _ verdict: String, _ code: Int?, from: String, subject: String, text: String, status: String,
        words: String = ""
    ) -> BounceSample {
        BounceSample(
            verdict: verdict, code: code, name: name,
            mail: """
                Return-Path: <>
                From: \(from)
                To: bounce+x@bounces.acme.example
                Subject: \(subject)
                Auto-Submitted: auto-replied
                MIME-Version: 1.0
                Content-Type: multipart/report; report-type=delivery-status;
                \tboundary="==_b0undary_=="

                This is a MIME-encapsulated message.

                --==_b0undary_==
                Content-Type: text/plain; charset=us-ascii

                \(text)

                --==_b0undary_==
                Content-Description: Delivery report
                Content-Type: message/delivery-status

                \(status)

                --==_b0undary_==
                Content-Type: text/rfc822-headers

                Subject: Our offer, 550 5.1.1 and no spam
                From: news@acme.example

                --==_b0undary_==--

                """, words: words)
    }

    /// A report in words.
    static func words(
        _ name: String, _ verdict: String, _ code: Int?, headers: String, text: String, words: String = ""
    ) -> BounceSample {
        BounceSample(verdict: verdict, code: code, name: name, mail: "\(headers)\n\n\(text)\n", words: words)
    }

    static let all = standard + older + others

    // MARK: As RFC 3464 wants it

    private static let standard: [BounceSample] = [
        .report(
            "Postfix, no such user", "hard", 550, from: "MAILER-DAEMON@mx.example.net (Mail Delivery System)",
            subject: "Undelivered Mail Returned to Sender",
            text: """
                This is the mail system at host mx.example.net.

                I'm sorry to have to inform you that your message could not
                be delivered to one or more recipients. It's attached below.

                <ada@example.net>: host mail.example.net[192.0.2.9] said: 550 5.1.1
                    <ada@example.net>: Recipient address rejected: User unknown in virtual
                    mailbox table (in reply to RCPT TO command)
                """,
            status: """
                Reporting-MTA: dns; mx.example.net
                X-Postfix-Queue-ID: 4F2A
                Arrival-Date: Thu, 26 Nov 2026 01:00:00 +0000 (UTC)

                Final-Recipient: rfc822; ada@example.net
                Original-Recipient: rfc822;ada@example.net
                Action: failed
                Status: 5.1.1
                Remote-MTA: dns; mail.example.net
                Diagnostic-Code: smtp; 550 5.1.1 <ada@example.net>: Recipient address
                    rejected: User unknown in virtual mailbox table
                """,
            words:
                "550 5.1.1 <ada@example.net>: Recipient address rejected: User unknown in virtual mailbox table (mail.example.net)"
        ),
        .report(
            "Postfix, domain not found", "hard", nil, from: "MAILER-DAEMON@mx.example.net",
            subject: "Undelivered Mail Returned to Sender",
            text: "<ada@gone.example>: Host or domain name not found.",
            status: """
                Reporting-MTA: dns; mx.example.net

                Final-Recipient: rfc822; ada@gone.example
                Action: failed
                Status: 5.4.4
                Diagnostic-Code: X-Postfix; Host or domain name not found. Name service error
                    for name=gone.example type=A: Host not found
                """),
        .report(
            "Postfix, a delay", "delayed", 451, from: "MAILER-DAEMON@mx.example.net",
            subject: "Delayed Mail (still being retried)", text: "THIS IS A WARNING ONLY. YOU DO NOT NEED TO RESEND.",
            status: """
                Reporting-MTA: dns; mx.example.net

                Final-Recipient: rfc822; ada@example.net
                Action: delayed
                Status: 4.2.0
                Diagnostic-Code: smtp; 451 4.2.0 Try again later
                Will-Retry-Until: Tue, 1 Dec 2026 01:00:00 +0000 (UTC)
                """),
        .report(
            "Postfix, expired", "soft", nil, from: "MAILER-DAEMON@mx.example.net",
            subject: "Undelivered Mail Returned to Sender",
            text: "<ada@example.net>: connect to mail.example.net: Connection timed out",
            status: """
                Reporting-MTA: dns; mx.example.net

                Final-Recipient: rfc822; ada@example.net
                Action: failed
                Status: 4.4.1
                Diagnostic-Code: X-Postfix; connect to mail.example.net[192.0.2.9]:25: Connection timed out
                """),
        .report(
            "Postfix, successful delivery", "arrived", nil, from: "MAILER-DAEMON@mx.example.net",
            subject: "Successful Mail Delivery Report", text: "Your message was successfully delivered.",
            status: """
                Reporting-MTA: dns; mx.example.net

                Final-Recipient: rfc822; ada@example.net
                Action: delivered
                Status: 2.0.0
                Diagnostic-Code: x-dovecot; 250 2.0.0 Saved
                """),
        .report(
            "Postfix, relayed to a server without reports", "arrived", nil,
            from: "MAILER-DAEMON@mx.example.net", subject: "Successful Mail Delivery Report", text: "Relayed.",
            status: "Final-Recipient: rfc822; ada@example.net\nAction: relayed\nStatus: 2.0.0"),
        .report(
            "Gmail, no such user", "hard", 550, from: "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            subject: "Delivery Status Notification (Failure)",
            text: "** Address not found **\n\nYour message wasn't delivered to ada@gmail.com",
            status: """
                Reporting-MTA: dns; googlemail.com
                Received-From-MTA: dns; news@acme.example
                Arrival-Date: Thu, 26 Nov 2026 01:00:00 -0800 (PST)
                X-Original-Message-ID: <x@acme.example>

                Final-Recipient: rfc822; ada@gmail.com
                Action: failed
                Status: 5.1.1
                Remote-MTA: dns; gmail-smtp-in.l.google.com. (2a00:1450::1a, the server for the domain gmail.com.)
                Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try
                 550-5.1.1 double-checking the recipient's email address for typos or
                 550 5.1.1 unnecessary spaces. Learn more at https://support.google.com/mail/?p=NoSuchUser
                Last-Attempt-Date: Thu, 26 Nov 2026 01:00:01 -0800 (PST)
                """),
        .report(
            "Gmail, over quota", "soft", 452, from: "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            subject: "Delivery Status Notification (Failure)", text: "** Recipient inbox full **",
            status: """
                Reporting-MTA: dns; googlemail.com

                Final-Recipient: rfc822; ada@gmail.com
                Action: failed
                Status: 4.2.2
                Diagnostic-Code: smtp; 452-4.2.2 The email account that you tried to reach is over quota. 452 4.2.2 https://support.google.com/mail/?p=OverQuotaTemp
                """),
        .report(
            "Gmail, disabled account", "hard", 550, from: "mailer-daemon@googlemail.com",
            subject: "Delivery Status Notification (Failure)", text: "The account is disabled.",
            status: """
                Reporting-MTA: dns; googlemail.com

                Final-Recipient: rfc822; ada@gmail.com
                Action: failed
                Status: 5.2.1
                Diagnostic-Code: smtp; 550 5.2.1 The email account that you tried to reach is disabled. b1-200si
                """),
        .report(
            "Gmail, a delay", "delayed", nil, from: "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            subject: "Delivery Status Notification (Delay)",
            text: "There was a temporary problem delivering your message. Gmail will retry for 45 more hours.",
            status: """
                Reporting-MTA: dns; googlemail.com

                Final-Recipient: rfc822; ada@slow.example
                Action: delayed
                Status: 4.4.1
                Diagnostic-Code: smtp; The recipient server did not accept our requests to connect. [mx.slow.example: timed out]
                """),
        .report(
            "Gmail, refused as unwanted", "refused", 550, from: "mailer-daemon@googlemail.com",
            subject: "Delivery Status Notification (Failure)", text: "Message blocked",
            status: """
                Reporting-MTA: dns; googlemail.com

                Final-Recipient: rfc822; ada@gmail.com
                Action: failed
                Status: 5.7.1
                Diagnostic-Code: smtp; 550-5.7.1 Our system has detected that this message is likely unsolicited mail. To reduce the amount of spam sent to Gmail, 550 5.7.1 this message has been blocked.
                """),
        .report(
            "Gmail, DMARC", "refused", 550, from: "mailer-daemon@googlemail.com",
            subject: "Delivery Status Notification (Failure)", text: "Message blocked",
            status: """
                Reporting-MTA: dns; googlemail.com

                Final-Recipient: rfc822; ada@gmail.com
                Action: failed
                Status: 5.7.26
                Diagnostic-Code: smtp; 550-5.7.26 Unauthenticated email from acme.example is not accepted due to domain's DMARC policy.
                """),
        .report(
            "Exchange Online, not found", "hard", 550,
            from: "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@contoso.example>",
            subject: "Undeliverable: Our offer",
            text: "Your message to ada@contoso.example couldn't be delivered.\nada wasn't found at contoso.example.",
            status: """
                Reporting-MTA: dns;AM6PR01MB4321.eurprd01.prod.exchangelabs.com
                Received-From-MTA: dns;mail.acme.example
                Arrival-Date: Thu, 26 Nov 2026 01:00:00 +0000

                Final-Recipient: rfc822;ada@contoso.example
                Action: failed
                Status: 5.1.10
                Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ada@contoso.example not found by SMTP address lookup
                """),
        .report(
            "Exchange Online, edge blocking", "hard", 550, from: "postmaster@contoso.example",
            subject: "Undeliverable: Our offer", text: "Delivery has failed to these recipients or groups:",
            status: """
                Reporting-MTA: dns;mx.example.net

                Final-Recipient: rfc822;ada@contoso.example
                Action: failed
                Status: 5.4.1
                Diagnostic-Code: smtp;550 5.4.1 Recipient address rejected: Access denied. [AM7EUR03FT012.eop-EUR03.prod.protection.outlook.com]
                """),
        .report(
            "Exchange, mailbox full", "soft", 554, from: "postmaster@contoso.example",
            subject: "Undeliverable: Our offer", text: "The recipient's mailbox is full.",
            status: """
                Reporting-MTA: dns;ex01.contoso.example

                Final-Recipient: rfc822;ada@contoso.example
                Action: failed
                Status: 5.2.2
                Diagnostic-Code: smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded
                """),
        .report(
            "Exchange, only some may write", "refused", 550, from: "postmaster@contoso.example",
            subject: "Undeliverable: Our offer", text: "Your message wasn't delivered because of security policies.",
            status: """
                Reporting-MTA: dns;ex01.contoso.example

                Final-Recipient: rfc822;all@contoso.example
                Action: failed
                Status: 5.7.1
                Diagnostic-Code: smtp;550 5.7.1 RESOLVER.RST.AuthRequired; authentication required
                """),
        .report(
            "Exchange Online, domain gone", "hard", 550, from: "postmaster@outlook.com",
            subject: "Undeliverable: Our offer", text: "The domain gone.example couldn't be found.",
            status: """
                Reporting-MTA: dns;DB9PR02MB1.outlook.com

                Final-Recipient: rfc822;ada@gone.example
                Action: failed
                Status: 5.4.310
                Diagnostic-Code: smtp;550 5.4.310 DNS domain gone.example does not exist [Message=InfoDomainNonexistent]
                """),
        .report(
            "Exchange, too old", "soft", 550, from: "postmaster@contoso.example", subject: "Undeliverable: Our offer",
            text: "The server has tried to deliver this message, without success.",
            status: """
                Reporting-MTA: dns;ex01.contoso.example

                Final-Recipient: rfc822;ada@slow.example
                Action: failed
                Status: 5.4.7
                Diagnostic-Code: smtp;550 5.4.7 QUEUE.Expired; message expired
                """),
        .report(
            "Exim 4.9, unrouteable", "hard", 550, from: "Mail Delivery System <Mailer-Daemon@exim.example>",
            subject: "Mail delivery failed: returning message to sender",
            text: "A message that you sent could not be delivered.",
            status: """
                Reporting-MTA: dns; exim.example

                Action: failed
                Final-Recipient: rfc822;ada@example.net
                Status: 5.0.0
                Remote-MTA: dns; mail.example.net
                Diagnostic-Code: smtp; 550 5.1.1 Unrouteable address
                """),
        .report(
            "Exim 4.9, refused for the content", "refused", 554, from: "Mailer-Daemon@exim.example",
            subject: "Mail delivery failed: returning message to sender", text: "SMTP error from remote mail server",
            status: """
                Reporting-MTA: dns; exim.example

                Action: failed
                Final-Recipient: rfc822;ada@example.net
                Status: 5.0.0
                Diagnostic-Code: smtp; 554 5.7.1 Message rejected due to content restrictions
                """),
        .report(
            "Sendmail, user unknown", "hard", 550, from: "Mail Delivery Subsystem <MAILER-DAEMON@sendmail.example>",
            subject: "Returned mail: see transcript for details",
            text: """
                   ----- The following addresses had permanent fatal errors -----
                <ada@example.net>
                    (reason: 550 5.1.1 <ada@example.net>... User unknown)
                """,
            status: """
                Reporting-MTA: dns; sendmail.example
                Received-From-MTA: DNS; mail.acme.example
                Arrival-Date: Thu, 26 Nov 2026 01:00:00 GMT

                Final-Recipient: RFC822; ada@example.net
                Action: failed
                Status: 5.1.1
                Remote-MTA: DNS; mail.example.net
                Diagnostic-Code: SMTP; 550 5.1.1 <ada@example.net>... User unknown
                Last-Attempt-Date: Thu, 26 Nov 2026 01:00:01 GMT
                """),
        .report(
            "Sendmail, four hours' warning", "delayed", nil, from: "MAILER-DAEMON@sendmail.example",
            subject: "Warning: could not send message for past 4 hours",
            text: "THIS IS A WARNING MESSAGE ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE.",
            status: """
                Reporting-MTA: dns; sendmail.example

                Final-Recipient: RFC822; ada@example.net
                Action: delayed
                Status: 4.4.2
                Diagnostic-Code: SMTP; timeout waiting for input during client greeting
                """),
        .report(
            "Yahoo, disabled", "hard", 554, from: "MAILER-DAEMON@mx.example.net",
            subject: "Undelivered Mail Returned to Sender",
            text: "<ada@yahoo.example>: host mta5.am0.yahoodns.net said",
            status: """
                Reporting-MTA: dns; mx.example.net

                Final-Recipient: rfc822; ada@yahoo.example
                Action: failed
                Status: 5.0.0
                Diagnostic-Code: smtp; 554 delivery error: dd This user doesn't have a yahoo.com account (ada@yahoo.com) [0] - mta4321.mail.ne1.yahoo.com
                """),
        .report(
            "Yahoo, put off for our reputation until it expired", "soft", 421, from: "MAILER-DAEMON@mx.example.net",
            subject: "Undelivered Mail Returned to Sender", text: "delivery temporarily suspended",
            status: """
                Reporting-MTA: dns; mx.example.net

                Final-Recipient: rfc822; ada@yahoo.example
                Action: failed
                Status: 4.7.0
                Diagnostic-Code: smtp; 421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1
                """),
        .report(
            "Proofpoint, unknown recipient", "hard", 550, from: "MAILER-DAEMON@ppe-hosted.example",
            subject: "Undeliverable: Our offer", text: "The following recipient could not be reached",
            status: """
                Reporting-MTA: dns; mx0a-1.pphosted.example

                Final-Recipient: rfc822; ada@example.net
                Action: failed
                Status: 5.0.0
                Remote-MTA: dns; mx0b-1.pphosted.example
                Diagnostic-Code: smtp; 550 5.1.1 User Unknown
                """),
        .report(
            "Proofpoint, blocked address", "refused", 554, from: "MAILER-DAEMON@mx.example.net",
            subject: "Undelivered Mail Returned to Sender", text: "blocked",
            status: """
                Reporting-MTA: dns; mx.example.net

                Final-Recipient: rfc822; ada@example.net
                Action: failed
                Status: 5.7.0
                Diagnostic-Code: smtp; 554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.1
                """),
        .report(
            "Mimecast, invalid recipient", "hard", 550, from: "postmaster@mimecast.example",
            subject: "[Postmaster] Email Delivery Failure",
            text: "This is a delivery failure notification message",
            status: """
                Reporting-MTA: dns; eu-smtp-1.mimecast.example

                Final-Recipient: rfc822; ada@example.net
                Action: failed
                Status: 5.0.0
                Diagnostic-Code: smtp; 550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550
                """),
        .report(
            "Spamhaus's list", "refused", 554, from: "MAILER-DAEMON@mx.example.net",
            subject: "Undelivered Mail Returned to Sender", text: "Service unavailable",
            status: """
                Reporting-MTA: dns; mx.example.net

                Final-Recipient: rfc822; ada@example.net
                Action: failed
                Status: 5.7.1
                Diagnostic-Code: smtp; 554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org
                """),
        .report(
            "Amazon SES, suppression list", "hard", 554, from: "MAILER-DAEMON@amazonses.example",
            subject: "Delivery Status Notification (Failure)",
            text: "An error occurred while trying to deliver the mail",
            status: """
                Reporting-MTA: dns; a8-50.smtp-out.amazonses.example

                Action: failed
                Final-Recipient: rfc822; ada@example.net
                Diagnostic-Code: smtp; 554 5.1.1 Recipient address is on the suppression list
                Status: 5.1.1
                """),
        .report(
            "T-Online, in German", "hard", 550, from: "MAILER-DAEMON@mailin.t-online.example",
            subject: "Undelivered Mail Returned to Sender", text: "user unknown",
            status: """
                Reporting-MTA: dns; mx.example.net

                Final-Recipient: rfc822; ada@t-online.example
                Action: failed
                Status: 5.0.0
                Diagnostic-Code: smtp; 550 Benutzer nicht bekannt / Unknown user
                """),
        .report(
            "GMX, mailbox unavailable", "hard", 550, from: "mailer-daemon@gmx.example",
            subject: "Mail delivery failed: returning message to sender", text: "Requested action not taken",
            status: """
                Reporting-MTA: dns; mout.gmx.example

                Final-Recipient: rfc822; ada@gmx.example
                Action: failed
                Status: 5.5.0
                Diagnostic-Code: smtp; 550 Requested action not taken: mailbox unavailable
                """),
        .report(
            "Orange, in French", "hard", 550, from: "MAILER-DAEMON@wanadoo.example",
            subject: "Undelivered Mail Returned to Sender", text: "Adresse d au moins un destinataire invalide",
            status: """
                Reporting-MTA: dns; mx.example.net

                Final-Recipient: rfc822; ada@orange.example
                Action: failed
                Status: 5.1.1
                Diagnostic-Code: smtp; 550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416 [416]
                """),
        .report(
            "Zimbra, no blank line between the groups", "hard", 550, from: "MAILER-DAEMON@zimbra.example",
            subject: "Undelivered Mail Returned to Sender", text: "unknown",
            status: """
                Reporting-MTA: dns; zimbra.example
                Final-Recipient: rfc822; ada@example.net
                Action: failed
                Status: 5.1.1
                Diagnostic-Code: smtp; 550 5.1.1 ada@example.net: Recipient address rejected: example.net
                """),
        .report(
            "Oracle/iPlanet, action with a comment", "hard", nil,
            from: "Internet Mail Delivery <postmaster@ims.example>",
            subject: "Delivery Notification: Delivery has failed", text: "Recipient address: ada@example.net",
            status: """
                Reporting-MTA: dns;ims.example (tcp-daemon)

                Original-recipient: rfc822;ada@example.net
                Final-recipient: rfc822;ada@example.net
                Action: failed (unknown or illegal alias)
                Status: 5.1.1 (unknown or illegal alias: ada@example.net)
                """),
        .report(
            "too large", "refused", 552, from: "MAILER-DAEMON@mx.example.net",
            subject: "Undelivered Mail Returned to Sender", text: "message size",
            status: """
                Reporting-MTA: dns; mx.example.net

                Final-Recipient: rfc822; ada@example.net
                Action: failed
                Status: 5.3.4
                Diagnostic-Code: smtp; 552 5.3.4 Message size exceeds fixed limit
                """),
        .report(
            "a list of which another member is gone", "arrived", nil, from: "MAILER-DAEMON@lists.example",
            subject: "Delivery report", text: "Partly delivered",
            status: """
                Reporting-MTA: dns; lists.example

                Final-Recipient: rfc822; someone@else.example
                Action: failed
                Status: 5.1.1

                Final-Recipient: rfc822; other@else.example
                Action: expanded
                Status: 2.0.0
                """),
    ]

    // MARK: Older habits

    private static let qmailHeaders = """
        Return-Path: <>
        From: MAILER-DAEMON@qmail.example
        To: bounce+x@bounces.acme.example
        Subject: failure notice
        """

    private static let older: [BounceSample] = [
        .words(
            "qmail, no mailbox", "hard", nil, headers: qmailHeaders,
            text: """
                Hi. This is the qmail-send program at qmail.example.
                I'm afraid I wasn't able to deliver your message to the following addresses.
                This is a permanent error; I've given up. Sorry it didn't work out.

                <ada@example.net>:
                Sorry, no mailbox here by that name. (#5.1.1)

                --- Below this line is a copy of the message.

                Return-Path: <news@acme.example>
                Subject: 452 4.2.2 over quota, 50% off
                """,
            words: "Sorry, no mailbox here by that name. (#5.1.1)"),
        .words(
            "qmail, the other server's words", "hard", 550, headers: qmailHeaders,
            text: """
                Hi. This is the qmail-send program at qmail.example.

                <ada@example.net>:
                192.0.2.9 does not like recipient.
                Remote host said: 550 <ada@example.net>: User unknown
                Giving up on 192.0.2.9.

                --- Below this line is a copy of the message.
                """),
        .words(
            "qmail, too long in the queue", "soft", nil, headers: qmailHeaders,
            text: """
                Hi. This is the qmail-send program at qmail.example.

                <ada@example.net>:
                Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)
                I'm not going to try again; this message has been in the queue too long.
                """),
        .words(
            "qmail, quota", "soft", nil, headers: qmailHeaders,
            text: """
                Hi. This is the qmail-send program at qmail.example.

                <ada@example.net>:
                user is over quota
                """),
        .words(
            "Yahoo's own qmail", "hard", 554, headers: qmailHeaders,
            text: """
                Sorry, we were unable to deliver your message to the following address.

                <ada@yahoo.example>:
                Remote host said: 554 delivery error: dd Sorry your message to ada@yahoo.com cannot be delivered. This account has been disabled or discontinued [#102]. - mta1.mail.yahoo.com
                """),
        .words(
            "Exim 4.6, without a report", "hard", 550,
            headers: """
                From: Mail Delivery System <Mailer-Daemon@exim.example>
                X-Failed-Recipients: ada@example.net
                Auto-Submitted: auto-replied
                Subject: Mail delivery failed: returning message to sender
                """,
            text: """
                This message was created automatically by mail delivery software.

                A message that you sent could not be delivered to one or more of its
                recipients. This is a permanent error. The following address(es) failed:

                  ada@example.net
                    SMTP error from remote mail server after RCPT TO:<ada@example.net>:
                    host mail.example.net [192.0.2.9]: 550 5.1.1 <ada@example.net>:
                    Recipient address rejected: User unknown

                ------ This is a copy of the message, including all the headers. ------
                """),
        .words(
            "Exim, retry timeout exceeded", "soft", nil,
            headers: """
                From: Mail Delivery System <Mailer-Daemon@exim.example>
                X-Failed-Recipients: ada@example.net
                Subject: Mail delivery failed: returning message to sender
                """,
            text: """
                The following address(es) failed:

                  ada@example.net
                    retry timeout exceeded
                """),
        .words(
            "Exim, unrouteable", "hard", nil,
            headers: """
                From: Mail Delivery System <Mailer-Daemon@exim.example>
                X-Failed-Recipients: ada@example.net
                Subject: Mail delivery failed: returning message to sender
                """,
            text: "The following address(es) failed:\n\n  ada@example.net\n    Unrouteable address"),
        .words(
            "Exim, a warning", "delayed", nil,
            headers: """
                From: Mail Delivery System <Mailer-Daemon@exim.example>
                Auto-Submitted: auto-replied
                Subject: Warning: message 1kX2 delayed 24 hours
                """,
            text: """
                A message that you sent has not yet been delivered to one or more of its
                recipients after more than 24 hours on the queue on exim.example.

                No action is required on your part. Delivery attempts will continue for some time.
                """),
        .words(
            "Sendmail 8.8", "hard", 550,
            headers: "From: Mail Delivery Subsystem <MAILER-DAEMON@old.example>\nSubject: Returned mail: User unknown",
            text: """
                   ----- The following addresses had permanent fatal errors -----
                <ada@example.net>

                   ----- Transcript of session follows -----
                ... while talking to mail.example.net.:
                >>> RCPT To:<ada@example.net>
                <<< 550 <ada@example.net>... User unknown

                   ----- Original message follows -----
                """),
        .words(
            "Lotus Domino", "hard", nil,
            headers:
                "From: Postmaster@domino.example\nSubject: DELIVERY FAILURE: User ada (ada@example.net) not listed in Domino Directory",
            text: """
                Your message

                  Subject: Our offer

                was not delivered to:

                  ada@example.net

                because:

                  User ada (ada@example.net) not listed in Domino Directory
                """),
        .words(
            "GroupWise", "hard", 550,
            headers: "From: Mailer-Daemon@groupwise.example\nSubject: Message status - undeliverable",
            text: "The message that you sent was undeliverable to the following:\n\tada (550 No such recipient)"),
        .words(
            "MDaemon", "hard", 550,
            headers: "From: MDaemon at mdaemon.example <MDaemon@mdaemon.example>\nSubject: Permanent Delivery Failure",
            text: """
                The attached message had PERMANENT fatal delivery errors!

                --> RCPT To:<ada@example.net>
                <-- 550 ada@example.net, Recipient unknown
                """),
        .words(
            "IMail", "hard", nil, headers: "From: Postmaster@imail.example\nSubject: Undeliverable Mail",
            text: "Unknown user: ada@example.net\n\nOriginal message follows.\n"),
        .words(
            "CommuniGate", "hard", nil,
            headers: "From: <MAILER-DAEMON@cgp.example>\nSubject: Undeliverable mail: Our offer",
            text: "Failed to deliver to 'ada@example.net'\nLOCAL module(account ada) reports:\n account is disabled"),
        .words(
            "SmarterMail", "hard", 550,
            headers: "From: System Administrator <postmaster@smarter.example>\nSubject: Delivery Failure",
            text: """
                Could not deliver message to the following recipient(s):

                Failed Recipient: ada@example.net
                Reason: Remote host said: 550 No such user here
                """),
        .words(
            "Mercury", "hard", 553,
            headers: "From: Electronic Postmaster <postmaster@mercury.example>\nSubject: Undeliverable message",
            text:
                "The attached message has failed delivery and has been referred to you as postmaster.\n  553 ada@example.net: no such address"
        ),
        .words(
            "PowerMTA, in words", "soft", 552, headers: "From: mailer-daemon@pmta.example\nSubject: Delivery report",
            text: "Hello, this is the mail server on pmta.example.\n\nada@example.net\n552 5.2.2 mailbox full"),
        .words(
            "Exchange 5.5", "hard", nil,
            headers: "From: System Administrator <postmaster@old.example>\nSubject: Undeliverable: Our offer",
            text: """
                Your message did not reach some or all of the intended recipients.

                The following recipient(s) could not be reached:

                      ada@example.net on 26.11.2026 01:00
                            The e-mail account does not exist at the organization this message was sent to.
                            <ex01.old.example #5.1.1>
                """),
        .words(
            "AOL, in HTML only", "hard", 550,
            headers:
                "From: MAILER-DAEMON@aol.example\nSubject: Mail Delivery Failure\nContent-Type: text/html; charset=utf-8",
            text:
                "<html><body><p>The following address failed:</p><p>&lt;ada@aol.example&gt;</p><b>550</b> 5.1.1 <i>mailbox not found</i></body></html>"
        ),
        .words(
            "Barracuda, content", "refused", 550,
            headers:
                "From: MAILER-DAEMON@cuda.example\nSubject: **Message you sent blocked by our bulk email filter**: undeliverable",
            text:
                "Your message to: ada@example.net\nwas blocked by our Spam Firewall. The email you sent with the following subject has NOT BEEN DELIVERED:\n550 rejected as spam"
        ),
    ]

    // MARK: What is no bounce

    private static let others: [BounceSample] = [
        .words(
            "Outlook, away", "away", nil,
            headers:
                "From: ada@example.net\nSubject: Automatic reply: Our offer\nAuto-Submitted: auto-generated\nX-Auto-Response-Suppress: All",
            text: "I am out of the office. Call 550 5511."),
        .words(
            "vacation(1)", "away", nil,
            headers:
                "From: ada@example.net\nSubject: Re: Our offer\nAuto-Submitted: auto-replied (vacation)\nPrecedence: junk",
            text: "I will be back on Monday."),
        .words(
            "in German", "away", nil, headers: "From: ada@example.net\nSubject: Abwesenheitsnotiz: Angebot",
            text: "Ich bin nicht da."),
        .words(
            "in Chinese, encoded", "away", nil,
            headers: "From: ada@example.net\nSubject: =?UTF-8?B?6Ieq5Yqo5Zue5aSNOiBvZmZlcg==?=", text: "…"),
        .words(
            "a ticket system", "away", nil,
            headers: "From: support@example.net\nSubject: [#123] We got your mail\nAuto-Submitted: auto-generated",
            text: "A ticket was opened."),
        .words(
            "a person who answers", "unclear", nil, headers: "From: Ada <ada@example.net>\nSubject: Re: Our offer",
            text: "The user unknown to me said 550 5.1.1 was the price."),
        .words(
            "a postmaster who says nothing", "unclear", nil,
            headers: "From: postmaster@example.net\nSubject: Your message", text: "Hello there."),
        .words("nothing at all", "unclear", nil, headers: "", text: ""),
    ]
}
