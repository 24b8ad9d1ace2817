/// What a stranger may cost us.
public struct ReceivingLimits: Sendable {
    /// Of a command, with its line end (RFC 5321 §4.5.3.1.4 asks for 512, and more for extensions).
    public var commandLine = 2048
    /// Of a line of a mail: more than any standard allows (998), because some who bounce follow none.
    public var dataLine = 65_536
    /// Of a mail; of what is read ``ReturnDesk/kept`` is kept. Large enough for whatever sends a whole campaign mail back.
    public var size = 26_214_400
    /// Of one mail.
    public var recipients = 100
    /// Over one connection.
    public var mails = 1000
    /// Wrong commands and refused addresses over one connection.
    public var mistakes = 20
    /// Commands between two mails that do nothing: NOOP, RSET, EHLO.
    public var chatter = 100
    public var connections = 200
    /// From one address (IPv6: from one /64).
    public var connectionsPerAddress = 20
    /// For the next command (RFC 5321 §4.5.3.2.7: five minutes).
    public var command = Duration.seconds(300)
    /// For a whole mail.
    public var data = Duration.seconds(600)
    /// Both, while more than half of the connections are in use.
    public var whenCrowded = Duration.seconds(30)
    /// How long mails that are being written down may take when the server stops.
    public var patienceAtTheEnd = Duration.seconds(10)

    public init() {}
}
