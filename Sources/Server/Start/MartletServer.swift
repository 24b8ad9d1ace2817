internal import Campaigns
internal import DNS
internal import Delivery
internal import Foundation
internal import Importing
public import Logging
internal import Networks
internal import Persistence
internal import Receiving
internal import Routing
internal import ServiceLifecycle
internal import Vault
internal import Web

/// The whole server, wired and not yet running.
public struct MartletServer: Sendable {
    private let configuration: ServerConfiguration
    private let runner: ServiceRunner
    /// Held as long as the server is there: one process delivers from a data folder.
    private let lock: ProcessLock

    init(configuration: ServerConfiguration, runner: ServiceRunner, lock: ProcessLock) {
        self.configuration = configuration
        self.runner = runner
        self.lock = lock
    }

    /// Until SIGTERM or SIGINT.
    ///
    /// - Throws: ``CommandFailure`` when the port cannot be had.
    public func run() async throws {
        defer { lock.release() }
        do {
            _ = try await runner.run()
        } catch let fault as ReceivingFault {
            throw CommandFailure(fault)
        } catch {
            throw ListenFault.describe(error, host: configuration.host, port: configuration.port) ?? error
        }
    }
}

/// Opens the data folder and wires everything: the one place that sees all modules. Tests call it too, with port 0.
///
/// - Parameter onRunning: receives the port once the server listens.
/// - Throws: ``CommandFailure`` or `DatabaseFault`, each with its sentence.
public func buildServer(
    _ configuration: ServerConfiguration, logger: Logger, onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
) async throws -> MartletServer {
    let folder = try DataFolder(opening: configuration.dataFolder)
    let lock = try folder.lockForDelivery()
    folder.removeBrokenUploads()
    let installation = try await Installation(opening: configuration, logger: logger)
    let database = installation.database
    let node = NodeName.current()
    let role = configuration.role
    let work = WorkSignal()
    let gate = StartGate()
    let importSignal = ImportSignal()
    let settings = try installation.deliverySettings(node: node)
    let status = DeliveryStatus()
    let engine = DeliveryEngine(database: database, settings: settings, signal: work, status: status, logger: logger)
    let passwords = Passwords()
    if let administrator = configuration.administrator {
        let administration = UserAdministration(database: database, passwords: passwords)
        if try await administrator.make(by: administration, in: database) {
            logger.notice("The administrator of the configuration was made")
        }
    }
    let held = try await database.read { tx in try tx.campaignsHeldSinceMoving() }
    if held > 0 {
        logger.warning(
            "Campaigns wait since a restore or a copy; look at the mail server's log, then resume or cancel each",
            metadata: ["campaigns": "\(held)"])
    }
    if let hash = try await database.read({ tx in try tx.legacyPasswordHash() }) { passwords.expect(hash) }
    let domainChecks = DomainCheckService(
        database: database, resolver: Resolver(ResolverSettings(servers: configuration.dnsServers)), logger: logger)
    let tracking = Tracking(database: database)
    let returnFigures = ReturnFigures()
    let receiver: ReceivingService?
    do { receiver = try installation.receiver(returnFigures, logger: logger) } catch let fault as ReceivingFault {
        throw CommandFailure(fault)
    }
    let web = try WebService(
        configuration: configuration.web(in: folder), database: database, passwords: passwords,
        sealer: installation.sealer, signer: installation.signer, wake: Wake { work.wake() },
        imports: Imports(database: database, signal: importSignal),
        senderTesting: SMTPSenderTesting(
            node: node, database: database, egress: configuration.egress, direct: settings.direct,
            resolver: settings.direct?.resolver,
            receiver: configuration.returnMail.receiver(named: configuration.returnMailName), logger: logger),
        domainChecking: domainChecks,
        mails: ComposedMails(database: database, composer: Composer(database: database, settings: settings)),
        tracking: tracking, delivery: role.delivers ? DeliveryWatch(status) : DeliveryWatch(),
        returnMail: receiver == nil ? ReturnMailWatch() : ReturnMailWatch(returnFigures), logger: logger,
        onServerRunning: { port in
            gate.open()
            await onRunning(port)
        })
    var services: [any Service] = [
        DatabaseService(database: database), SchemaWatch(database: database, logger: logger),
        MemoryService(),
    ]
    if role.delivers {
        services += [
            GatedService(gate: gate, service: engine),
            ImportService(
                database: database, signal: importSignal,
                worker: settings.identity.isEmpty ? "server" : settings.identity,
                logger: logger),
        ]
    }
    if let receiver { services.append(receiver) }
    // What readers did last is written after the web server has ended.
    services += [domainChecks, TrackingService(tracking: tracking, database: database, logger: logger), web]
    return MartletServer(
        configuration: configuration, runner: ServiceRunner(services: services, logger: logger), lock: lock)
}

extension Installation {
    /// What the engine is told.
    func deliverySettings(node: String) throws -> DeliverySettings {
        var settings = DeliverySettings(
            node: node, siteURL: configuration.linkAddress, signer: signer, sealer: sealer, egress: configuration.egress
        )
        settings.isSiteKnown = configuration.siteURL != nil
        settings.connectionsPerSender = configuration.connectionsPerSender
        settings.direct = directSending
        settings.receivesReturnMail = configuration.returnMail.isReceived
        // The folder's own database is locked with it: whatever was begun there before is dead.
        if case .sqlite(folder.database) = configuration.database { return settings }
        settings.identity = try NodeIdentity.of(folder)
        return settings
    }
}

extension Installation {
    private var directSending: DirectSending {
        let resolver = Resolver(ResolverSettings(servers: configuration.dnsServers))
        // Whoever owns a domain decides where its policy is fetched from, so it is nobody's account that asks.
        let fetcher = PolicyFetcher(
            resolver: resolver, egress: configuration.egress.egress(isAdministrator: false))
        return DirectSending(
            routes: RouteFinder(
                resolver: resolver, policies: PolicyStore(resolver: resolver, fetcher: fetcher),
                port: configuration.mailPort))
    }
}

extension DataFolder {
    /// - Throws: a ``CommandFailure`` that says who has it and what to do.
    func lockForDelivery() throws -> ProcessLock {
        do { return try ProcessLock(path: deliveryLock) } catch let taken as ProcessLock.Taken {
            throw CommandFailure(
                .tryLater,
                """
                Another Martlet\(taken.description) is already at work on the data folder \(path). Stop it first, or give \
                this one a folder of its own with --data.
                """)
        }
    }
}

extension ProcessLock.Taken {
    /// " (process 4711)", or nothing.
    var description: String { processID.map { " (process \($0))" } ?? "" }
}

extension ServerConfiguration {
    var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    /// Where a browser on this machine finds the server.
    func localAddress(port: Int) -> String {
        let isEverywhere = host == "0.0.0.0" || host == "::"
        let name = isEverywhere ? "localhost" : host.contains(":") ? "[\(host)]" : host
        return "http://\(name):\(port)"
    }

    /// What links in mails begin with.
    var linkAddress: String { siteURL?.text ?? localAddress(port: port) }

    /// Whether recipients can follow links of mails.
    var site: PreflightFacts.Site {
        guard let siteURL else { return .unknown }
        if PreflightFacts.isThisMachine(siteURL.host) { return .loopback }
        return siteURL.isHTTPS ? .open : .unencrypted
    }

    /// The names that are answered when `ALLOWED_HOSTS` does not say it: this machine's, and that of `SITE_URL`.
    var answeredHosts: [String] {
        if !allowedHosts.isEmpty { return allowedHosts }
        var hosts = ["localhost", "127.0.0.1", "::1", host.lowercased()]
        if !isLoopback { hosts.append(NodeName.current().lowercased()) }
        if let siteURL { hosts.append(siteURL.host) }
        return hosts
    }

    func web(in folder: DataFolder) -> WebConfiguration {
        WebConfiguration(
            host: host, port: port, siteURL: linkAddress, site: site, mailPort: mailPort, allowedHosts: answeredHosts,
            trustedProxies: trustedProxies,
            assetsFolder: assetsFolder.map(AssetsFolder.root) ?? folder.path + "/assets",
            uploadsFolder: folder.uploads, uploadLimit: maximumUpload, mailFilesLimit: maximumMailFiles,
            accountFilesLimit: accountFiles,
            allowsRegistration: allowsRegistration, metricsToken: metricsToken, servesPages: role.servesPages,
            receivesReturnMail: returnMail.isReceived, returnMailReceiver: returnMail.receiver(named: returnMailName),
            version: MartletVersion.current)
    }
}
