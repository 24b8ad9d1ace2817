import Foundation
import Importing
import Logging
import Persistence
import Vault

/// What every request may use. Made once at the start; nothing here is global.
struct Site: Sendable {
    let configuration: WebConfiguration
    let database: any Database
    let passwords: Passwords
    let sealer: Sealer
    let signer: Signer
    let wake: Wake
    let imports: Imports
    let senderTesting: any SenderTesting
    let domainChecking: any DomainChecking
    let delivery: DeliveryWatch
    var returnMail = ReturnMailWatch()
    let mails: any MailRendering
    let desk: TrackingDesk
    let assets: Assets
    let languages: Languages
    let streams: EventStreams
    let preflights = PreflightMemory()
    let logger: Logger

    var links: MailLinks { MailLinks(siteURL: configuration.siteURL, signer: signer) }

    var tracking: Tracking { desk.tracking }

    var clientAddress: ClientAddress { ClientAddress(trustedProxies: configuration.trustedProxies) }
}

/// Tells the delivery engine in the same process that there is work. Without one in this process nothing happens: an
/// engine elsewhere looks by itself every few seconds.
public struct Wake: Sendable {
    private let signal: @Sendable () -> Void

    public init(_ signal: @escaping @Sendable () -> Void = {}) { self.signal = signal }

    /// Returns at once; calling it often is cheap.
    public func callAsFunction() { signal() }
}
