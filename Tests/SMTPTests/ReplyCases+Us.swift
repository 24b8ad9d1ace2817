@testable import SMTP

extension ReplyCase {
    /// About us: the sender pauses, and nobody fails.
    static let us: [ReplyCase] = [
        // Postfix
        ReplyCase(.recipient, "554 5.7.1 <x@example.org>: Relay access denied"),
        ReplyCase(.recipient, "554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied"),
        ReplyCase(.recipient, "550 5.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]"),
        ReplyCase(.recipient, "504 5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname"),
        ReplyCase(
            .recipient, "550 5.1.0 <a@example.com>: Sender address rejected: User unknown in virtual mailbox table"),
        ReplyCase(.recipient, "550 5.1.8 <a@example.com>: Sender address rejected: Domain not found"),
        ReplyCase(
            .recipient,
            "550 5.7.1 <x@example.org>: Recipient address rejected: Please see http://www.openspf.net/Why?s=mfrom"),
        ReplyCase(
            .recipient,
            "550 5.7.23 <x@example.org>: Recipient address rejected: Message rejected due to: SPF fail - not authorized"
        ),
        ReplyCase(.mail, "553 5.7.1 <a@example.com>: Sender address rejected: not owned by user b@example.com"),
        ReplyCase(.mail, "530 5.7.0 Must issue a STARTTLS command first"),
        ReplyCase(.recipient, "503 5.5.1 Bad sequence of commands"),
        ReplyCase(.acceptance, "554 5.7.1 Spam message rejected"),
        // Spamhaus and other lists
        ReplyCase(
            .recipient,
            "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org; https://www.spamhaus.org/query/ip/192.0.2.1"
        ),
        ReplyCase(
            .recipient, "554 5.7.1 Service unavailable; Sender address [a@example.com] blocked using dbl.spamhaus.org"),
        ReplyCase(.recipient, "550 5.7.1 Mail from 192.0.2.1 refused by blackhole site bl.spamcop.net"),
        ReplyCase(.recipient, "550 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using Trend Micro RBL+"),
        ReplyCase(.recipient, "553 mail rejected because your IP is in the PBL. See http://www.spamhaus.org/pbl"),
        ReplyCase(.greeting, "554 5.7.1 No SMTP service for you"),
        // Exim
        ReplyCase(.recipient, "550 relay not permitted, authentication required"),
        ReplyCase(.recipient, "550 Administrative prohibition"),
        ReplyCase(
            .recipient, "550-Verification failed for <a@example.com> 550-No Such User Here 550 Sender verify failed"),
        ReplyCase(.recipient, "550-Callback setup failed while verifying <a@example.com>"),
        ReplyCase(.recipient, "550-Rejected because 192.0.2.1 is in a black list at zen.spamhaus.org"),
        ReplyCase(.recipient, "550 SPF check failed"),
        ReplyCase(.mail, "550 Sender verify failed"),
        ReplyCase(.hello, "550 5.7.1 HELO rejected"),
        // Google
        ReplyCase(
            .acceptance,
            "550-5.7.1 [192.0.2.1] Our system has detected that this message is likely unsolicited mail. To reduce the amount of spam"
        ),
        ReplyCase(
            .acceptance,
            "550-5.7.1 [192.0.2.1      19] Our system has detected that this message is likely suspicious due to the very low reputation of the sending IP address."
        ),
        ReplyCase(.acceptance, "550-5.7.26 This message does not have authentication information or fails to pass"),
        ReplyCase(.recipient, "550 5.7.26 This mail has been blocked because the sender is unauthenticated."),
        ReplyCase(
            .acceptance, "550-5.7.25 [192.0.2.1] The IP address sending this message does not have a PTR record setup"),
        ReplyCase(
            .acceptance, "552-5.7.0 This message was blocked because its content presents a potential security issue."),
        ReplyCase(
            .acceptance, "550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits"),
        ReplyCase(
            .mail, "550 5.7.0 Mail relay denied [192.0.2.1]. Invalid credentials for relay for one of the domains"),
        ReplyCase(.mail, "530-5.7.0 Authentication Required. Learn more at"),
        ReplyCase(.login, "535-5.7.8 Username and Password not accepted. Learn more at"),
        ReplyCase(.login, "534-5.7.9 Application-specific password required."),
        ReplyCase(.acceptance, "550-5.7.1 Email rejected per DMARC policy for example.com"),
        // Microsoft: Outlook.com, Microsoft 365, Exchange
        ReplyCase(
            .mail,
            "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140)."
        ),
        ReplyCase(.recipient, "550 5.7.606 Access denied, banned sending IP [192.0.2.1]"),
        ReplyCase(.recipient, "550 5.7.511 Access denied, banned sender[192.0.2.1]"),
        ReplyCase(.recipient, "550 5.7.64 TenantAttribution; Relay Access Denied"),
        ReplyCase(.recipient, "550 5.7.1 Unable to relay"),
        ReplyCase(.mail, "550 5.7.60 SMTP; Client does not have permissions to send as this sender"),
        ReplyCase(.acceptance, "554 5.2.252 SendAsDenied; a@example.com not allowed to send as b@example.com"),
        ReplyCase(
            .acceptance,
            "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients"),
        ReplyCase(
            .acceptance,
            "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; the message can't be submitted because the sender's submission quota was exceeded"
        ),
        ReplyCase(.acceptance, "550 5.7.705 Access denied, tenant has exceeded threshold"),
        ReplyCase(.mail, "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP"),
        ReplyCase(
            .acceptance, "550 5.7.509 Access denied, sending domain example.com does not pass DMARC verification"),
        ReplyCase(
            .acceptance, "550 5.7.515 Access denied, sending domain does not meet the required authentication level"),
        ReplyCase(.mail, "550 5.1.8 Access denied, bad outbound sender"),
        ReplyCase(.mail, "530 5.7.57 Client not authenticated to send mail."),
        ReplyCase(
            .login, "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."),
        ReplyCase(.login, "535 5.7.3 Authentication unsuccessful"),
        ReplyCase(.recipient, "550 5.7.23 The message was rejected because of Sender Policy Framework violation"),
        // Yahoo and AOL
        ReplyCase(
            .mail,
            "553 5.7.2 [TSS09] All messages from 192.0.2.1 will be permanently deferred; Retrying will NOT succeed."),
        ReplyCase(
            .acceptance,
            "553 5.7.2 [TSS11] All messages from 192.0.2.1 will be permanently deferred; Retrying will NOT succeed."),
        ReplyCase(
            .acceptance,
            "554 5.7.9 Message not accepted for policy reasons. See https://senders.yahooinc.com/error-codes"),
        ReplyCase(.acceptance, "554 Message not allowed - [PH01] Email not accepted for policy reasons."),
        // Apple
        ReplyCase(
            .acceptance,
            "550 5.7.1 [CS01] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137"
        ),
        ReplyCase(.acceptance, "554 5.7.1 [HM08] Message rejected due to local policy."),
        ReplyCase(.recipient, "550 5.7.0 Blocked - see https://support.proofpoint.com/dnsbl-lookup.cgi?ip=192.0.2.1"),
        // GMX, WEB.DE, T-Online, Strato, Orange
        ReplyCase(
            .greeting,
            "554-gmx.net (mxgmx104) Nemesis ESMTP Service not available 554-No SMTP service 554-IP address is block listed."
        ),
        ReplyCase(.acceptance, "554-Transaction failed 554 Reject due to policy restrictions."),
        ReplyCase(.acceptance, "550-A URL in this email (example.com) is listed on https://spamhaus.org/."),
        ReplyCase(
            .greeting,
            "554 IP=192.0.2.1 - A problem occurred. Ask your postmaster for help or to contact tobr@rx.t-online.de to clarify."
        ),
        ReplyCase(.acceptance, "550 5.7.0 Message considered as spam or virus, rejected"),
        ReplyCase(.acceptance, "554 5.7.1 Refused by local policy. No SPAM please! (B-URL)"),
        ReplyCase(.acceptance, "550 5.2.0 Mail rejete. Mail rejected. OFR_506 [506]"),
        ReplyCase(
            .recipient,
            "550 5.7.1 Service refuse. Veuillez essayer plus tard. service refused, please try later. OFR_999 [999]"),
        ReplyCase(.acceptance, "550 spam detected"),
        // Mail.ru, Yandex, QQ, NetEase
        ReplyCase(
            .acceptance,
            "550 spam message rejected. Please visit http://help.mail.ru/notspam-support/id?c=x or report details to abuse@corp.mail.ru."
        ),
        ReplyCase(.recipient, "550 Access from ip address 192.0.2.1 blocked. Visit http://help.mail.ru/"),
        ReplyCase(.acceptance, "554 5.7.1 [1] Message rejected under suspicion of SPAM; https://ya.cc/1IrBc"),
        ReplyCase(
            .acceptance,
            "550 Mail content denied. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022&&no=1000726"),
        ReplyCase(.recipient, "550 Suspected bounce attacks. http://service.mail.qq.com/"),
        ReplyCase(.login, "535 Login fail. Account is abnormal, service is not open, password is incorrect"),
        ReplyCase(
            .acceptance,
            "554 DT:SPM 163 smtp8,DMCowAB please see http://mail.163.com/help/help_spam_16.htm?ip=192.0.2.1"),
        // Amazon SES, SendGrid, Mailgun, Postmark, SparkPost, Brevo, Zoho, GoDaddy
        ReplyCase(
            .acceptance,
            "554 Message rejected: Email address is not verified. The following identities failed the check in region US-EAST-1: a@example.com"
        ),
        ReplyCase(.mail, "554 Message rejected: Email address is not verified."),
        ReplyCase(
            .acceptance,
            "554 Message rejected: Sending paused for this account. For more information, please check the inbox"),
        ReplyCase(
            .acceptance,
            "554 Access denied: User `arn:aws:iam::1:user/x' is not authorized to perform `ses:SendRawEmail'"),
        ReplyCase(.mail, "501 Invalid MAIL FROM address provided"),
        ReplyCase(
            .acceptance,
            "550 The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved."
        ),
        ReplyCase(.mail, "550 Unauthenticated senders not allowed"),
        ReplyCase(.recipient, "550 5.7.1 Relaying denied"),
        ReplyCase(
            .recipient,
            "550 Sandbox subdomains are for test purposes only. Please add your own domain or add the address to authorized recipients"
        ),
        ReplyCase(
            .acceptance,
            "550 5.7.1 The 'From' address you supplied (a@example.com) is not a Sender Signature on your account."),
        ReplyCase(.recipient, "550 5.7.1 Unconfigured Sending Domain <example.com>"),
        ReplyCase(.mail, "502 5.7.0 Your SMTP account is not yet activated"),
        ReplyCase(.acceptance, "554 5.1.8 Email Outgoing Blocked"),
        ReplyCase(.acceptance, "550 5.4.6 Unusual sending activity detected. Please try after sometime"),
        ReplyCase(.mail, "553 Sender is not allowed to relay emails"),
        ReplyCase(
            .acceptance,
            "552 This message has been rejected due to content judged to be spam by the internet community. IB212"),
        ReplyCase(.acceptance, "554 Sending limit exceeded for this account"),
        // Proofpoint, Mimecast, Barracuda, Cisco, Comcast, AT&T, qmail
        ReplyCase(
            .acceptance,
            "550 Rejected by header based Anti-Spoofing policy: a@example.com - https://community.mimecast.com/docs/DOC-1369#550"
        ),
        ReplyCase(
            .acceptance,
            "550 Administrative prohibition - envelope blocked - https://community.mimecast.com/docs/DOC-1369#550"),
        ReplyCase(
            .recipient,
            "550 csi.mimecast.org Poor Reputation Sender. - https://community.mimecast.com/docs/DOC-1369#550"),
        ReplyCase(
            .acceptance,
            "554 Email rejected due to security policies - https://community.mimecast.com/docs/DOC-1369#554"),
        ReplyCase(.acceptance, "550 permanent failure for one or more recipients (x@example.org:blocked)"),
        ReplyCase(
            .recipient,
            "554 Service unavailable; Client host [192.0.2.1] blocked using Barracuda Reputation; http://www.barracudanetworks.com/reputation/"
        ),
        ReplyCase(
            .recipient,
            "554 Your access to this mail system has been rejected due to the sending MTA's poor reputation."),
        ReplyCase(.acceptance, "550 5.7.0 Local Policy Violation"),
        ReplyCase(.greeting, "554 resimta-po-01v.sys.comcast.net comcast 192.0.2.1 Comcast block for spam."),
        ReplyCase(
            .acceptance,
            "550 5.2.0 m1 Message rejected due to DMARC. Please see http://postmaster.comcast.net/smtp-error-codes.php#DM000001"
        ),
        ReplyCase(
            .recipient,
            "553 5.3.0 flpd575 DNSBL:RBL 521< 192.0.2.1 >_is_blocked.For assistance forward this error to abuse_rbl@abuse-att.net"
        ),
        ReplyCase(.recipient, "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"),
        ReplyCase(.mail, "553 5.1.7 Sender address is not valid"),
        ReplyCase(.mail, "550 5.7.0 From address is not one of your addresses"),
        ReplyCase(.greeting, "501 Connection rejected by policy [7.7] 38203, please visit www.messagelabs.com/support"),
        ReplyCase(.login, "525 5.7.1 Unauthorized IP address"),
    ]
}
