// swift-tools-version: 6.2
import PackageDescription

/// Every target of ours: Swift 6, and each import says what it is for.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// For what every mail passes: asynchronous functions stay on the event loop that called them, without asking at each
/// call and each return whether they are on the right executor.
let stayingOnLoop = strict + [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioConcurrency = Target.Dependency.product(name: "NIOConcurrencyHelpers", package: "swift-nio")

func library(
    _ name: String, _ dependencies: [Target.Dependency] = [], _ settings: [SwiftSetting] = strict
) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.target(name: name), "TestValues"] + dependencies,
        resources: resources, swiftSettings: strict)
}

let package = Package(
    name: "martlet",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "martlet", targets: ["martlet"])],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.3.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CIDN2", pkgConfig: "libidn2", providers: [.apt(["libidn2-dev"])]),
        // Without pkgConfig: libunbound's names private requirements that are not needed.
        .systemLibrary(name: "CUnbound", providers: [.apt(["libunbound-dev"])]),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "CMemory"),
        // No pkgConfig: GRDB names the library already.
        .target(name: "CSQLiteSetup", linkerSettings: [.linkedLibrary("sqlite3")]),
        .systemLibrary(name: "CGumbo", pkgConfig: "gumbo", providers: [.apt(["libgumbo-dev"])]),

        library("Digests", ["COpenSSL"]),
        library("DKIM", ["COpenSSL", "Digests"]),
        library("DNS", ["CUnbound"]),
        library("DomainChecks", ["DKIM", "DNS"]),
        library("FailPoints"),
        library("Mail", ["CIDN2"]),
        library("TLS", ["COpenSSL", nioCore, nioTLS]),
        library(
            "SMTP", ["Digests", "FailPoints", "Mail", "TLS", nioCore, nioPosix, nioTLS, nioConcurrency, logging],
            stayingOnLoop),
        library("Routing", ["DNS", "Networks", "TLS", nioCore, nioHTTP, nioPosix]),
        library("CSV"),
        library("Networks", [nioCore]),
        library("Markup", ["CGumbo"]),
        library("Vault", ["COpenSSL", "CSodium", "Digests"]),
        library("Campaigns", ["Mail", "Networks"]),
        library("Persistence", ["Campaigns", "DKIM", "FailPoints", "Mail"]),
        library(
            "PersistenceSQLite",
            [
                "CSQLiteSetup", "Persistence", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"), logging,
            ]),
        library(
            "PersistencePostgres",
            [
                "CLibPQ", "Campaigns", "Persistence", logging,
                .product(name: "DequeModule", package: "swift-collections"),
            ]),
        library(
            "Delivery",
            [
                "Campaigns", "DKIM", "DNS", "Mail", "Markup", "Networks", "Persistence", "Routing", "SMTP", "Vault",
                lifecycle, logging, nioCore, nioPosix,
                .product(name: "DequeModule", package: "swift-collections"),
            ], stayingOnLoop),
        library("Moving", ["Campaigns", "Digests", "Mail", "Markup", "Persistence", "Vault"]),
        library(
            "Receiving",
            [
                "Campaigns", "Mail", "Persistence", "TLS", "Vault", lifecycle, logging, nioCore, nioPosix,
            ]),
        library("Importing", ["CSV", "Campaigns", "Mail", "Persistence", lifecycle, logging]),
        library(
            "Web",
            [
                "Campaigns", "CSV", "Digests", "DKIM", "DomainChecks", "Importing", "Mail", "Markup", "Networks",
                "Persistence", "Vault",
                lifecycle, logging, nioCore, nioHTTP,
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
            ]),
        library(
            "Server",
            [
                "Campaigns", "CSV", "Delivery", "Digests", "DKIM", "DNS", "DomainChecks", "FailPoints", "Importing",
                "CMemory", "Mail", "Markup", "Moving", "Networks", "Persistence", "PersistencePostgres",
                "PersistenceSQLite",
                "Receiving", "Routing", "SMTP", "Vault", "Web",
                lifecycle, logging, nioCore, nioPosix,
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ]),
        .executableTarget(
            name: "martlet",
            dependencies: ["Server", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: strict),

        .target(name: "TestValues", path: "Tests/TestValues", swiftSettings: strict),
        .target(
            name: "TestSupport",
            dependencies: [
                "CLibPQ", "Persistence", "PersistencePostgres", "PersistenceSQLite", "SMTP", "Mail", "TLS", nioCore,
                nioPosix, nioHTTP, nioConcurrency, logging,
            ],
            path: "Tests/TestSupport", swiftSettings: strict),
        tests("Digests"),
        tests("DKIM", ["Mail", "TestSupport"]),
        tests("DNS", ["TestSupport"]),
        tests("DomainChecks", ["DKIM", "DNS", "TestSupport"]),
        tests("FailPoints"),
        tests("Mail"),
        tests("TLS", ["TestSupport", nioCore, nioPosix]),
        tests("SMTP", ["Mail", "TestSupport", nioCore, nioPosix, logging]),
        tests("Routing", ["DNS", "Networks", "TestSupport", "TLS", nioCore, nioHTTP, nioPosix]),
        tests("CSV"),
        tests("Networks"),
        tests("Markup"),
        tests("Vault"),
        tests("Campaigns", ["Mail"]),
        tests(
            "Persistence",
            [
                "CSQLiteSetup", "Campaigns", "DKIM", "Mail", "PersistencePostgres", "PersistenceSQLite", "TestSupport",
                logging, nioCore, nioPosix, .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        tests(
            "Delivery",
            [
                "Campaigns", "DKIM", "DNS", "Mail", "Networks", "Persistence", "PersistencePostgres",
                "PersistenceSQLite", "Routing", "SMTP", "TestSupport", "TLS", "Vault", logging, nioCore,
            ]),
        tests(
            "Receiving",
            ["Campaigns", "Persistence", "TestSupport", "Vault", lifecycle, logging, nioCore]),
        tests(
            "Importing",
            [
                "CSV", "Campaigns", "Mail", "Persistence", "PersistencePostgres", "PersistenceSQLite", "TestSupport",
                logging,
            ]),
        tests(
            "Moving",
            ["Campaigns", "Mail", "Persistence", "PersistenceSQLite", "TestSupport", "Vault"],
            resources: [.copy("Samples")]),
        tests(
            "Web",
            [
                "Campaigns", "DKIM", "DomainChecks", "Importing", "Mail", "Networks", "Persistence",
                "PersistenceSQLite", "TestSupport", "Vault",
                lifecycle, logging, nioCore, nioPosix, nioHTTP, .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ]),
        tests(
            "Server",
            [
                "Campaigns", "DKIM", "DNS", "DomainChecks", "Mail", "Networks", "Persistence", "PersistencePostgres",
                "PersistenceSQLite", "SMTP", "TestSupport", "Vault", "Web", lifecycle, logging,
            ]),
    ]
)
