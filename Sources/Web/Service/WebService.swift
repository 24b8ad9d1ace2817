import Foundation
import Hummingbird
import HummingbirdCore
public import Importing
public import Logging
import NIOCore
public import Persistence
public import ServiceLifecycle
public import Vault

/// The web server: pages, sessions, files. It writes rows; the delivery engine picks them up.
public struct WebService: Service {
    private let site: Site
    private let onServerRunning: @Sendable (Int) async -> Void

    /// - Parameters:
    ///   - wake: told whenever there is new work for the engine in this process.
    ///   - senderTesting: tries a sender's settings; `mails`: composes a mail to be shown; `domainChecking`: asks the DNS.
    ///   - tracking: where openings and clicks are noted; a ``TrackingService`` has to write them.
    ///   - delivery: what the engine in this process is doing.
    ///   - returnMail: what the receiver of returned mail in this process has taken.
    ///   - imports: shares its signal with the import service in this process; without it, uploads wait for the next
    ///     look of an import service elsewhere.
    ///   - onServerRunning: receives the port once the server listens.
    public init(
        configuration: WebConfiguration, database: any Database, passwords: Passwords, sealer: Sealer, signer: Signer,
        wake: Wake = Wake(), imports: Imports? = nil, senderTesting: any SenderTesting,
        domainChecking: any DomainChecking, mails: any MailRendering,
        tracking: Tracking? = nil, delivery: DeliveryWatch = DeliveryWatch(),
        returnMail: ReturnMailWatch = ReturnMailWatch(), logger: Logger,
        onServerRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws {
        let tracking = tracking ?? Tracking(database: database)
        let links = MailLinks(siteURL: configuration.siteURL, signer: signer)
        site = Site(
            configuration: configuration, database: database, passwords: passwords, sealer: sealer, signer: signer,
            wake: wake, imports: imports ?? Imports(database: database), senderTesting: senderTesting,
            domainChecking: domainChecking,
            delivery: delivery, returnMail: returnMail,
            mails: mails,
            desk: TrackingDesk(configuration: configuration, links: links, tracking: tracking),
            assets: Assets(folder: configuration.assetsFolder + "/static"),
            languages: try Languages(folder: configuration.assetsFolder + "/languages"), streams: EventStreams(),
            logger: logger)
        self.onServerRunning = onServerRunning
    }

    /// How long requests under way may go on when the server stops. A browser that sends half a form and falls asleep,
    /// or does not read what it asked for, would otherwise hold the whole server.
    static let patience = Duration.seconds(3)

    /// Serves until graceful shutdown. Streams end at once then, other requests within ``patience``; what is cut off after
    /// it has done a whole transaction or none.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await serve()
                return false
            }
            group.addTask {
                try await gracefulShutdown()
                try await Task.sleep(for: Self.patience)
                return true
            }
            let isCutOff = try await group.next() ?? false
            if isCutOff { site.logger.notice("Requests under way were cut off to stop in time") }
            group.cancelAll()
            do { try await group.waitForAll() } catch is CancellationError {}
        }
    }

    private func serve() async throws {
        let configuration = site.configuration
        let (desk, patience) = (site.desk, configuration.idlePatience)
        let application = Application(
            router: Self.router(site).router,
            server: HTTPServerBuilder { responder in
                FrontedChannel(responder: responder, desk: desk, patience: patience)
            },
            configuration: ApplicationConfiguration(address: .hostname(configuration.host, port: configuration.port)),
            onServerRunning: { [onServerRunning] channel in await onServerRunning(channel.localAddress?.port ?? 0) },
            logger: site.logger)
        try await application.run()
    }

    /// Every way in.
    var entries: [Routes.Entry] { Self.router(site).entries }

    /// Event streams that are open now.
    var openStreams: Int { get async { await site.streams.total } }

    /// All routes, with what is around each of them.
    static func router(_ site: Site) -> (router: Router<WebContext>, entries: [Routes.Entry]) {
        let router = Router(context: WebContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestLog())
        router.add(middleware: Doorkeeper(site.configuration))
        router.add(middleware: ErrorPages(site: site))
        let routes = Routes(router: router, site: site)
        addOperationRoutes(to: routes, site: site)
        guard site.configuration.servesPages else { return (router, routes.entries) }
        addAccountRoutes(to: routes)
        addDashboardRoutes(to: routes)
        addAccountDetailsRoutes(to: routes)
        addSenderRoutes(to: routes)
        addDomainRoutes(to: routes)
        addRecipientRoutes(to: routes)
        addSuppressionRoutes(to: routes)
        addTemplateRoutes(to: routes, site: site)
        addFileRoutes(to: routes, site: site)
        addCampaignRoutes(to: routes)
        addPublicRoutes(to: routes)
        addTrackingRoutes(to: routes, site: site)
        addStatisticsRoutes(to: routes)
        addNoticeRoutes(to: routes)
        addTrackingSettingsRoutes(to: routes)
        addMessageRoutes(to: routes, site: site)
        addLogRoutes(to: routes)
        addTokenRoutes(to: routes)
        addAPIRoutes(to: routes, site: site)
        routes.refuseOtherMethods()
        return (router, routes.entries)
    }
}
