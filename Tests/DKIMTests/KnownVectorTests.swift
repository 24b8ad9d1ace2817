import TestValues
import Testing

@testable import DKIM

/// The message, keys and signatures of RFC 8463, appendix A.
@Suite struct `Signatures (RFC 6376, RFC 8463)` {
    static let message = Array(
        """
        From: Joe SixPack <joe@football.example.com>
        To: Suzie Q <suzie@shopping.example.net>
        Subject: Is dinner ready?
        Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
        Message-ID: <20030712040037.46341.5F8J@football.example.com>

        Hi.

        We lost the game.  Are you hungry yet?

        Joe.

        """.replacing("\n", with: "\r\n").utf8)

    static let rsaPEM = """
        -----BEGIN RSA PRIVATE KEY-----
        MIICXQIBAAKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi
        Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqM
        KrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB
        AoGAH0cxOhFZDgzXWhDhnAJDw5s4roOXN4OhjiXa8W7Y3rhX3FJqmJSPuC8N9vQm
        6SVbaLAE4SG5mLMueHlh4KXffEpuLEiNp9Ss3O4YfLiQpbRqE7Tm5SxKjvvQoZZe
        zHorimOaChRL2it47iuWxzxSiRMv4c+j70GiWdxXnxe4UoECQQDzJB/0U58W7RZy
        6enGVj2kWF732CoWFZWzi1FicudrBFoy63QwcowpoCazKtvZGMNlPWnC7x/6o8Gc
        uSe0ga2xAkEA8C7PipPm1/1fTRQvj1o/dDmZp243044ZNyxjg+/OPN0oWCbXIGxy
        WvmZbXriOWoSALJTjExEgraHEgnXssuk7QJBALl5ICsYMu6hMxO73gnfNayNgPxd
        WFV6Z7ULnKyV7HSVYF0hgYOHjeYe9gaMtiJYoo0zGN+L3AAtNP9huqkWlzECQE1a
        licIeVlo1e+qJ6Mgqr0Q7Aa7falZ448ccbSFYEPD6oFxiOl9Y9se9iYHZKKfIcst
        o7DUw1/hz2Ck4N5JrgUCQQCyKveNvjzkkd8HjYs0SwM0fPjK16//5qDZ2UiDGnOe
        uEzxBDAr518Z8VFbR41in3W4Y3yCDgQlLlcETrS+zYcL
        -----END RSA PRIVATE KEY-----
        """

    /// The seed of RFC 8032 §7.1, test 1, behind the fixed octets of PKCS #8 (RFC 8410 §7).
    static let ed25519DER =
        hex("302e020100300506032b657004220420")
        + hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")

    struct Case: CustomTestStringConvertible {
        var testDescription: String
        var key: @Sendable () throws -> DomainKey
        var field: String
        var signature: String
        var publicKey: String
    }

    static let cases = [
        Case(
            testDescription: "RSA", key: { try DomainKey(pem: rsaPEM) },
            field: """
                DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r
                 d=football.example.com; i=@football.example.com;\r
                 q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r
                 date : message-id : from : subject : date;\r
                 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r
                 b=
                """,
            signature: """
                F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\
                DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\
                dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
                """,
            publicKey: """
                MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi\
                Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZy\
                VYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB
                """),
        Case(
            testDescription: "Ed25519", key: { try DomainKey(der: ed25519DER) },
            field: """
                DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r
                 d=football.example.com; i=@football.example.com;\r
                 q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r
                 subject : date : message-id : from : subject : date;\r
                 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r
                 b=
                """,
            signature:
                "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==",
            publicKey: "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="),
    ]

    @Test(arguments: cases) func `the signature of the RFC's message is the RFC's (RFC 8463 §A.3)`(_ c: Case) throws {
        let names = ["From", "To", "Subject", "Date", "Message-ID", "From", "Subject", "Date"]
        let places = try names.map { name in try #require(SignedField.all.firstIndex { $0.name == name }) }
        let headers = HeaderFields(Self.message)
        let data = MessageSigner.signedData(headers.canonical(places), Array(c.field.utf8)[...])
        let key = try c.key()
        #expect(key.signature(of: data).map(Base64Text.encode) == c.signature)
        #expect(key.publicKey == c.publicKey)
        #expect(c.field.contains("bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="))
    }

    @Test func `a signature covers what would change the reading, and what RFC 8058 §4 asks for`() throws {
        let message = Array(
            "From: a@b.example\r\nFeedback-ID: 1\r\nList-Unsubscribe: <https://b.example>\r\n\r\nx\r\n".utf8)
        let signer = MessageSigner(domain: "b.example", keys: [("s", try DomainKey(der: Self.ed25519DER))])
        let field = String(decoding: signer.fields(for: message, at: 5), as: UTF8.self)
        let names = try #require(field.firstMatch(of: /h=([^;]*);/)).1.replacing("\r\n ", with: "")
        #expect(
            names == """
                From:From:Reply-To:To:Cc:Subject:Date:Content-Type:Content-Transfer-Encoding:\
                List-Unsubscribe:List-Unsubscribe:Feedback-ID
                """)
        #expect(field.hasPrefix("DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n d=b.example; s=s; t=5;"))
        #expect(field.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 78 })
        #expect(signer.fields(for: message, at: 5) == Array(field.utf8), "signing is deterministic")
    }

    @Test func `the record is split where a string would be too long (RFC 1035 §3.3.14)`() {
        let record = KeyRecord(algorithm: .rsa, publicKey: String(repeating: "A", count: 392))
        #expect(record.text.utf8.count == 410)
        let strings = record.strings.split(separator: " \"").map { $0.replacing("\"", with: "") }
        #expect(strings.map(\.utf8.count) == [255, 155] && strings.joined() == record.text)
        #expect(KeyRecord.name(selector: "s1", domain: "b.example") == "s1._domainkey.b.example")
    }
}

@Suite struct `Relaxed canonical form (RFC 6376 §3.4)` {
    @Test func `is that of the RFC's example (§3.4.5)`() {
        var headers: [UInt8] = []
        Relaxed.appendField(Array("A: X\r\n".utf8)[...], to: &headers)
        Relaxed.appendField(Array("B : Y\t\r\n\tZ  \r\n".utf8)[...], to: &headers)
        #expect(String(decoding: headers, as: UTF8.self) == "a:X\r\nb:Y Z\r\n")
        #expect(body(" C \r\nD \t E\r\n\r\n\r\n") == " C\r\nD E\r\n")
    }

    @Test(arguments: [
        ("", ""), ("\r\n", ""), ("\r\n\r\n\r\n", ""), (" \t \r\n", ""), ("a", "a\r\n"), ("a \t", "a\r\n"),
        ("a\r\n\r\n\r\nb", "a\r\n\r\n\r\nb\r\n"), ("a\r\n \r\n\t\r\nb\r\n", "a\r\n\r\n\r\nb\r\n"),
        ("\r\n\r\na\r\n", "\r\n\r\na\r\n"), ("\t\ta  b\r\n", " a b\r\n"), ("a\rb\r\n", "a\rb\r\n"),
    ])
    func `of a body keeps what is read and drops the rest (§3.4.4)`(_ text: String, _ canonical: String) {
        #expect(body(text) == canonical)
    }

    private func body(_ text: String) -> String {
        String(decoding: Relaxed.body(Array(text.utf8)[...]), as: UTF8.self)
    }
}
