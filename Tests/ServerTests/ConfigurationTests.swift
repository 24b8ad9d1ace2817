import Logging
import Networks
import Testing

@testable import Server

@Suite struct `Configuration` {
    struct Fault: Sendable, CustomTestStringConvertible {
        let key: String
        let value: String
        /// What the sentence must contain.
        let says: String
        var testDescription: String { "\(key)=\(value)" }

        init(_ key: String, _ value: String, _ says: String) { (self.key, self.value, self.says) = (key, value, says) }
    }

    static let faults = [
        Fault("MARTLET_PORT", "65536", "use 0 to 65535"),
        Fault("MARTLET_PORT", "-1", "use 0 to 65535"),
        Fault("MARTLET_PORT", "80 80", "use 0 to 65535"),
        Fault("MARTLET_PORT", "٨٠", "use 0 to 65535"),
        Fault("MARTLET_PORT", "99999999999999999999", "use 0 to 65535"),
        Fault("MARTLET_HOST", "http://localhost", "IP address or a host name"),
        Fault("MARTLET_HOST", "é.example", "IP address or a host name"),
        Fault("SITE_URL", "mail.example.com", "https://mail.example.com"),
        Fault("SITE_URL", "ftp://example.com", "https://mail.example.com"),
        Fault("SITE_URL", "https://example.com/?a=b", "without ?"),
        Fault("SITE_URL", "https://user:password@example.com", "https://mail.example.com"),
        Fault("SITE_URL", "https://example.com/\"><script>", "https://mail.example.com"),
        Fault("ALLOWED_HOSTS", "example.com, exa mple.org", "host names with commas"),
        Fault("ALLOWED_HOSTS", ",", "host names with commas"),
        Fault("TRUSTED_PROXIES", "10.0.0.0/33", "ranges with commas"),
        Fault("TRUSTED_PROXIES", "proxy", "ranges with commas"),
        Fault("SECRET_KEY", "short", "at least 32 characters"),
        Fault("FIELD_ENCRYPTION_KEY", "AAAA", "32 random bytes in Base64"),
        Fault("DEBUG", "maybe", "true or false"),
        Fault("ALLOW_REGISTRATION", "perhaps", "true or false"),
        Fault("DNS_SERVERS", "dns.example.org", "9.9.9.9,127.0.0.1@5353"),
        Fault("DNS_SERVERS", "9.9.9.9@0", "IP addresses"), Fault("DNS_SERVERS", "9.9.9.9:53", "IP addresses"),
        Fault("ALLOW_PRIVATE_RELAYS", "true", "administrators, everyone or nobody"),
        Fault("ALLOW_PRIVATE_RELAYS", "169.254.0.0/16", "link-local ones nobody may"),
        Fault("MARTLET_ASSETS", "/nowhere/at/all", "folder that is there"),
        Fault("MAX_UPLOAD_MB", "0", "1 to 102400"),
        Fault("LOG_LEVEL", "loud", "trace, debug, info"),
        Fault("LOG_FORMAT", "xml", "human or json"),
        Fault("DATABASE_URL", "mysql://localhost/x", "use postgres://"),
        Fault("DATABASE_URL", "postgres://ada:pass%zzword@localhost/x", "use postgres://"),
        Fault("DATABASE_URL", "postgres://localhost/x?ssl_mode=require", "use postgres://"),
        Fault("DATABASE_CONNECTIONS", "1", "use 2 to 200"),
        Fault("DATABASE_PREPARED", "perhaps", "true or false"),
        Fault("POSTGRES_PORT", "0", "use 1 to 65535"),
    ]

    @Test(arguments: faults) func `a wrong value is told with its key, its source and what to use`(_ fault: Fault)
        throws
    {
        let error = #expect(throws: ConfigurationFaults.self) {
            try ServerConfiguration.load(ConfigurationSources(environment: [fault.key: fault.value]))
        }
        #expect(error?.errors.count == 1)
        #expect(error?.errors.first?.key == fault.key)
        #expect(error?.userMessage.contains(fault.says) == true, "\(error?.userMessage ?? "")")
        let isSecret = Setting.all.contains { $0.key == fault.key && $0.isSecret }
        #expect(!isSecret || error?.userMessage.contains(fault.value) == false)
    }

    @Test func `all faults are told at once`() throws {
        let sources = ConfigurationSources(environment: ["MARTLET_PORT": "x", "LOG_LEVEL": "x", "DEBUG": "x"])
        let error = #expect(throws: ConfigurationFaults.self) { try ServerConfiguration.load(sources) }
        #expect(error?.errors.map(\.key) == ["MARTLET_PORT", "DEBUG", "LOG_LEVEL"])
    }

    @Test func `with nothing set it listens on this machine only and keeps its data in the working folder`() throws {
        let configuration = try ServerConfiguration.load(ConfigurationSources(), workingFolder: "/srv/m")
        #expect(configuration.host == "127.0.0.1")
        #expect(configuration.port == 8000)
        #expect(configuration.dataFolder == "/srv/m/data")
        #expect(configuration.secretKey == nil)
        #expect(configuration.egress == EgressPolicy(.administrators))
        #expect(configuration.notices == [])
    }

    @Test func `flags win over the environment, the environment over the file, and an empty value is none`() throws {
        let configuration = try ServerConfiguration.load(
            ConfigurationSources(
                flags: ["MARTLET_PORT": "1"],
                environment: ["MARTLET_PORT": "2", "MARTLET_HOST": "::1", "LOG_LEVEL": ""],
                file: (".env", ["MARTLET_PORT": "3", "MARTLET_HOST": "0.0.0.0", "LOG_LEVEL": "debug"])))
        #expect(configuration.port == 1)
        #expect(configuration.host == "::1")
        #expect(configuration.logLevel == .debug)
        let sources = Dictionary(uniqueKeysWithValues: configuration.report.map { ($0.setting.key, $0.source) })
        #expect(sources["MARTLET_PORT"] == "flag")
        #expect(sources["MARTLET_HOST"] == "environment")
        #expect(sources["LOG_LEVEL"] == ".env")
        #expect(sources["DEBUG"] == "default")
    }

    @Test func `DEBUG logs in detail unless the level is set`() throws {
        #expect(try ServerConfiguration.load(ConfigurationSources(environment: ["DEBUG": "True"])).logLevel == .debug)
        let both = ConfigurationSources(environment: ["DEBUG": "1", "LOG_LEVEL": "error"])
        #expect(try ServerConfiguration.load(both).logLevel == .error)
    }

    @Test func `the table shows no secret`() throws {
        let secret = String(repeating: "s3cr3t", count: 8)
        let configuration = try ServerConfiguration.load(ConfigurationSources(environment: ["SECRET_KEY": secret]))
        let table = CheckConfiguration.table(configuration)
        #expect(!table.contains("s3cr3t"))
        #expect(table.contains("(set, 48 characters)"))
        for setting in Setting.all { #expect(table.contains(setting.key)) }
    }

    @Test func `a mistyped name is noticed with the name that was meant`() throws {
        let configuration = try ServerConfiguration.load(ConfigurationSources(environment: ["MARTLET_PROT": "80"]))
        #expect(configuration.notices.count == 1)
        #expect(configuration.notices.first?.contains("did you mean MARTLET_PORT?") == true)
    }
}

@Suite struct `The .env file` {
    @Test func `comments, export, quotes and spaces are understood`() throws {
        let text = """
            # a comment
            A=1
              export B = two words   # and why
            C="quoted # text"
            D='x=y'

            E=a#b\r
            F=
            """
        let values = try EnvironmentFile.parse(text, path: ".env")
        #expect(values == ["A": "1", "B": "two words", "C": "quoted # text", "D": "x=y", "E": "a#b", "F": ""])
    }

    @Test(arguments: ["no equals sign", "=value", "A B=1", "A=\"open", "A='x' y"])
    func `a line that says nothing is a fault with its number`(_ line: String) throws {
        let error = #expect(throws: ConfigurationFaults.self) {
            try EnvironmentFile.parse("A=1\n\(line)\n", path: ".env")
        }
        #expect(error?.errors.map(\.key) == [".env, line 2"])
    }
}
