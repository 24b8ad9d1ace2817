import Testing

@testable import DKIM

@Suite struct `Keys that sign` {
    /// An elliptic curve of ECDSA (P-256).
    private static let otherKind = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgL9mcjHfV2ICOOVIg
        jhNb6wMWnOrsNy5zPEVAZ3C+M76hRANCAARSgPaXBSjQ4LgCkeElxVJJ7Lk5CVlg
        -----END PRIVATE KEY-----
        """

    @Test(arguments: SignatureAlgorithm.allCases)
    func `a key that was put away signs as before`(_ algorithm: SignatureAlgorithm) throws {
        let made = DomainKey(making: algorithm)
        let again = try DomainKey(der: made.der)
        let data = Array("some text".utf8)
        let signature = try #require(made.signature(of: data))
        #expect(again.algorithm == algorithm && again.publicKey == made.publicKey)
        #expect(again.signature(of: data) == signature && again.verifies(signature, of: data))
        #expect(!again.verifies(signature, of: data + [0]))
        #expect(made.bits == (algorithm == .rsa ? 2048 : 256))
        #expect("\(made)" == "DomainKey(\(algorithm.rawValue), …)")
    }

    static let cases: [(String, KeyProblem)] = [
        ("", .empty), (" \r\n\t", .empty), ("a key", .noPEM), ("<script>alert(1)</script>", .noPEM),
        (String(repeating: "x", count: 16_385), .tooLong),
        ("-----BEGIN PUBLIC KEY-----\nMIGf\n-----END PUBLIC KEY-----", .isPublic),
        ("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", .isCertificate),
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----", .isEncrypted),
        ("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nMIIB\n", .isEncrypted),
        ("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----", .isBroken),
        ("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n-----END PRIVATE KEY-----", .isBroken),
        ("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\0\n-----END PRIVATE KEY-----", .isBroken),
        (otherKind, .isBroken),
        (String(`Signatures (RFC 6376, RFC 8463)`.rsaPEM.dropLast(200)), .isBroken),
        (`Signatures (RFC 6376, RFC 8463)`.rsaPEM.replacing("MIICXQ", with: "MIICXA"), .isBroken),
    ]

    @Test(arguments: cases) func `a key that is no key is refused with a sentence`(_ pem: String, _ problem: KeyProblem)
    {
        let found = #expect(throws: KeyProblem.self) { try DomainKey(pem: pem) }
        #expect(found == problem)
        #expect(found?.userMessage.hasSuffix(".") == true || problem == .isEncrypted)
    }

    @Test func `a key whose parts do not belong together is refused`() throws {
        // One octet of the modulus is another.
        let pem = `Signatures (RFC 6376, RFC 8463)`.rsaPEM
        let damaged = pem.replacing(
            "Y/J16JYi0Qvx/byYzCNb3W91y3FutACD", with: "Y/J16JYi0Qvz/byYzCNb3W91y3FutACD")
        #expect(damaged != pem)
        #expect(throws: KeyProblem.isBroken) { try DomainKey(pem: damaged) }
    }

    @Test func `PKCS #1 and PKCS #8 are both read, with any line ends`() throws {
        let pem = `Signatures (RFC 6376, RFC 8463)`.rsaPEM
        let key = try DomainKey(pem: "\r\n" + pem.replacing("\n", with: "\r\n") + "\r\n")
        #expect(key.bits == 1024 && key.algorithm == .rsa)
        #expect(throws: Never.self) { try DomainKey(pem: Self.ed25519PEM) }
    }

    static let ed25519PEM = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
        -----END PRIVATE KEY-----
        """
}
