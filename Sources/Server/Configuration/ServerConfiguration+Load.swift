internal import Foundation
internal import Logging
internal import Networks
internal import Vault
internal import Web

extension ServerConfiguration {
    /// - Parameter workingFolder: what relative paths begin at; nil for the process's.
    /// - Throws: ``ConfigurationFaults`` with every fault.
    public static func load(
        _ sources: ConfigurationSources, workingFolder: String? = nil
    ) throws -> ServerConfiguration {
        let workingFolder = workingFolder ?? FileManager.default.currentDirectoryPath
        var check = ConfigurationChecker(sources.lookup)
        let data = check.read(.data, default: "./data", shownAs: "./data", expected: "name a folder") {
            $0.contains("\0") ? nil : $0
        }
        let dataFolder = Parse.path(data, from: workingFolder)
        let database = DatabaseLocation.read(&check, dataFolder: dataFolder, workingFolder: workingFolder)
        let role = check.read(
            .role, default: NodeRole.all, shownAs: "all", expected: "use web, delivery or all"
        ) { NodeRole(rawValue: $0.lowercased()) }
        let connectionsPerSender = check.read(
            .nodeConnections, default: 500, shownAs: "500", expected: "use 1 to 500"
        ) { Parse.number($0, in: 1...500) }
        let host = check.read(.host, default: "127.0.0.1", shownAs: "127.0.0.1", expected: Expected.host, Parse.host)
        let port = check.read(.port, default: 8000, shownAs: "8000", expected: "use 0 to 65535; 0 is any free port") {
            Parse.number($0, in: 0...65535)
        }
        let siteURL = check.read(
            .siteURL, default: SiteURL?.none, shownAs: "http://localhost and the port", expected: Expected.siteURL
        ) { SiteURL($0).map(Optional.some) }
        let allowedHosts = check.read(
            .allowedHosts, default: [], shownAs: "localhost, loopback, and the host of SITE_URL",
            expected: Expected.hosts,
            Parse.hosts)
        let proxies = check.read(
            .trustedProxies, default: [], shownAs: "none", expected: Expected.proxies, Parse.ranges)
        let secretKey = check.read(
            .secretKey, default: String?.none, shownAs: "(generated once into the data folder)",
            expected: "use at least 32 characters; make them with `openssl rand -base64 48`"
        ) { $0.utf8.count >= 32 ? .some($0) : nil }
        let fallbacks = check.read(
            .secretKeyFallbacks, default: [String](), shownAs: "(none)",
            expected: "use earlier values of SECRET_KEY, each of at least 32 characters, with commas between them"
        ) { text in
            let keys = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            return keys.allSatisfy { $0.utf8.count >= 32 } ? keys : nil
        }
        let fieldKey = check.read(
            .fieldEncryptionKey, default: String?.none, shownAs: "(generated once into the data folder)",
            expected:
                "use 32 random bytes in Base64 (make them with `openssl rand -base64 32`), or several with commas between them, the newest first"
        ) { (try? Sealer(keyText: $0)) != nil ? .some($0) : nil }
        let debug = check.read(.debug, default: false, shownAs: "false", expected: "use true or false", Parse.flag)
        let registration = check.read(
            .registration, default: true, shownAs: "true", expected: "use true or false", Parse.flag)
        let egress = check.read(
            .privateRelays, default: EgressPolicy(.administrators), shownAs: "administrators",
            expected: Expected.privateRelays
        ) { EgressPolicy($0) }
        let dnsServers = check.read(
            .dnsServers, default: [], shownAs: "those of the system", expected: Expected.dnsServers, Parse.dnsServers)
        let mailPort = check.read(.mailPort, default: 25, shownAs: "25", expected: "use 1 to 65535") {
            Parse.number($0, in: 1...65535)
        }
        let returnMail = check.read(
            .returnMail, default: ReturnMailSource.off, shownAs: "off", expected: Expected.returnMail
        ) { ReturnMailSource($0) }
        let returnMailName = check.read(
            .returnMailName, default: String?.none, shownAs: "the machine's name",
            expected: "use the name in the MX record, such as mail.example.org"
        ) { Parse.host($0).map(Optional.some) }
        let returnMailFiles = readReturnMailFiles(&check, workingFolder: workingFolder)
        let assets = check.read(
            .assets, default: AssetsFolder.find(from: workingFolder),
            shownAs: AssetsFolder.find(from: workingFolder) ?? "(none found)",
            expected: "name a folder that is there; `make assets` makes one"
        ) {
            AssetsFolder.isFolder(Parse.path($0, from: workingFolder))
                ? .some(Parse.path($0, from: workingFolder)) : nil
        }
        let upload = check.read(
            .maximumUpload, default: 1024, shownAs: "1024", expected: "use 1 to 102400 (megabytes)"
        ) { Parse.number($0, in: 1...102_400) }
        let mailFiles = check.read(
            .maximumMailFiles, default: 10, shownAs: "10", expected: "use 1 to 100 (megabytes)"
        ) { Parse.number($0, in: 1...100) }
        let accountFiles = check.read(
            .accountFiles, default: 1024, shownAs: "1024", expected: "use 1 to 1048576 (megabytes)"
        ) { Parse.number($0, in: 1...1_048_576) }
        let administrator = FirstAdministrator.read(&check)
        let metricsToken = check.read(
            .metricsToken, default: String?.none, shownAs: "(none: site administrators alone)",
            expected: "use 16 characters or more of ASCII without blanks; make them with `openssl rand -hex 24`"
        ) { $0.utf8.count >= 16 && $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? .some($0) : nil }
        let level = check.read(
            .logLevel, default: debug ? Logger.Level.debug : .info, shownAs: debug ? "debug" : "info",
            expected: "use one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))"
        ) { Logger.Level(rawValue: $0.lowercased()) }
        let format = check.read(
            .logFormat, default: LogFormat.auto, shownAs: "auto",
            expected: "use auto (human on a terminal, json otherwise), human or json"
        ) { LogFormat(rawValue: $0.lowercased()) }

        guard check.faults.isEmpty else { throw ConfigurationFaults(check.faults) }
        return ServerConfiguration(
            dataFolder: dataFolder, database: database, role: role,
            connectionsPerSender: connectionsPerSender, host: host, port: port, siteURL: siteURL,
            allowedHosts: allowedHosts, trustedProxies: proxies, secretKey: secretKey,
            secretKeyFallbacks: fallbacks, fieldEncryptionKey: fieldKey, debug: debug, allowsRegistration: registration,
            egress: egress, dnsServers: dnsServers, mailPort: mailPort, returnMail: returnMail,
            returnMailName: returnMailName, returnMailFiles: returnMailFiles, assetsFolder: assets,
            maximumUpload: upload << 20, maximumMailFiles: mailFiles << 20,
            accountFiles: accountFiles << 20, administrator: administrator, metricsToken: metricsToken,
            logLevel: level, logFormat: format,
            report: check.report, notices: UnknownSettings.notices(in: sources))
    }
}

extension ServerConfiguration {
    private static func readReturnMailFiles(
        _ check: inout ConfigurationChecker, workingFolder: String
    ) -> ReturnMailFiles? {
        func path(_ setting: Setting) -> String? {
            check.read(setting, default: String?.none, shownAs: "(none: no STARTTLS)", expected: "name a PEM file") {
                $0.contains("\0") ? nil : .some(Parse.path($0, from: workingFolder))
            }
        }
        let (certificate, key) = (path(.returnMailCertificate), path(.returnMailKey))
        if (certificate == nil) != (key == nil) {
            check.fault(
                certificate == nil ? .returnMailCertificate : .returnMailKey,
                "is not set; a certificate and its key go together")
        }
        guard let certificate, let key else { return nil }
        return ReturnMailFiles(certificate: certificate, key: key)
    }
}

private enum Expected {
    static let returnMail =
        "use addresses with commas between them, such as 0.0.0.0:25,[::]:25, or elsewhere (another node, or a mail server that calls `martlet receive-mail`), or off"
    static let host = "use an IP address or a host name: 127.0.0.1 for this machine only, 0.0.0.0 for every network"
    static let siteURL = "use an address such as https://mail.example.com, without ? and #"
    static let hosts = "use host names with commas between them, such as example.com,.example.org, or * for all"
    static let proxies = "use IP addresses or ranges with commas between them, such as 127.0.0.1,10.0.0.0/8"
    static let privateRelays =
        "use administrators, everyone or nobody, and addresses or ranges such as 10.0.0.25,192.168.0.0/16 that every account may reach; link-local ones nobody may"
    static let dnsServers =
        "use IP addresses with commas between them, with a port behind an @ if it is not 53, such as 9.9.9.9,127.0.0.1@5353"
}

enum Parse {
    static func number(_ text: String, in range: ClosedRange<Int>) -> Int? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(text), range.contains(value) else {
            return nil
        }
        return value
    }

    static func flag(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "1", "true", "yes", "on": true
        case "0", "false", "no", "off": false
        default: nil
        }
    }

    static func host(_ text: String) -> String? {
        let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
        if IPAddress.isValid(bare) { return bare }
        return isHostName(bare) ? bare.lowercased() : nil
    }

    static func hosts(_ text: String) -> [String]? {
        let names = list(text).map { $0.lowercased() }
        let isRight = names.allSatisfy { name in
            if name == "*" || host(name) != nil { return true }
            return name.hasPrefix(".") && isHostName(String(name.dropFirst()))
        }
        return isRight && !names.isEmpty ? names : nil
    }

    static func ranges(_ text: String) -> [AddressRange]? {
        let ranges = list(text).map { AddressRange($0) }
        return ranges.contains(nil) ? nil : ranges.compactMap(\.self)
    }

    static func dnsServers(_ text: String) -> [String]? {
        let servers = list(text)
        let areRight = servers.allSatisfy { server in
            let parts = server.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
            return IPAddress.isValid(parts[0]) && parts.count <= 2
                && (parts.count == 1 || number(parts[1], in: 1...65535) != nil)
        }
        return areRight && !servers.isEmpty ? servers : nil
    }

    static func path(_ text: String, from folder: String) -> String {
        let whole =
            text.hasPrefix("/")
            ? text : text.hasPrefix("~/") ? NSHomeDirectory() + text.dropFirst() : folder + "/" + text
        return URL(fileURLWithPath: whole).standardizedFileURL.path
    }

    private static func list(_ text: String) -> [String] {
        text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    private static func isHostName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 253
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.utf8.allSatisfy { $0 == 0x2D || $0 == 0x5F || $0.isASCIILetterOrDigit }
            }
    }
}

extension UInt8 {
    var isASCIILetterOrDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
    }
}
