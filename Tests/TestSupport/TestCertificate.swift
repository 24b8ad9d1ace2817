internal import Foundation
public import TLS

/// A self-signed certificate, made by `openssl` when the test runs.
public struct TestCertificate: Sendable {
    public var certificatePEM: String
    public var keyPEM: String

    /// For `localhost` and 127.0.0.1, valid for a day.
    public static func localhost() throws -> TestCertificate {
        try make(subject: "localhost", names: "DNS:localhost,IP:127.0.0.1")
    }

    /// For any names, in openssl's form: `DNS:mail.example`.
    public static func make(subject: String, names: String, days: Int = 1) throws -> TestCertificate {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", String(days), "-keyout", "/dev/stdout", "-out", "/dev/stdout", "-subj", "/CN=\(subject)",
            "-addext", "subjectAltName=\(names)",
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readAll(), as: UTF8.self)
        process.waitUntilExit()
        guard let start = text.range(of: "-----BEGIN CERTIFICATE-----") else { throw TestCertificateProblem() }
        return TestCertificate(
            certificatePEM: String(text[start.lowerBound...]), keyPEM: String(text[..<start.lowerBound]))
    }

    /// One that an authority has signed which nobody knows, and the authority's own certificate in PEM.
    public static func signed(subject: String, names: String) throws -> (
        certificate: TestCertificate, authority: String
    ) {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1"
        let text = try shell(
            """
            cd '\(folder.path)' && \
            openssl req -x509 \(key) -keyout ca.key -out ca.pem -subj '/CN=An authority' 2>/dev/null && \
            openssl req -x509 -CA ca.pem -CAkey ca.key \(key) -keyout leaf.key -out leaf.pem -subj '/CN=\(subject)' \
            -addext 'subjectAltName=\(names)' -addext 'basicConstraints=critical,CA:FALSE' 2>/dev/null && \
            cat leaf.key && echo --- && cat leaf.pem && echo --- && cat ca.pem
            """)
        let parts = text.components(separatedBy: "---\n-----BEGIN").map { $0.hasPrefix(" ") ? "-----BEGIN" + $0 : $0 }
        guard parts.count == 3 else { throw TestCertificateProblem() }
        return (TestCertificate(certificatePEM: parts[1], keyPEM: parts[0]), parts[2])
    }

    /// SHA-256 of its public key, in hexadecimal: the data of a TLSA record `3 1 1`.
    public func publicKeyDigest() throws -> String {
        try Self.digest(
            certificatePEM, "x509 -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -r")
    }

    /// A whole certificate in hexadecimal: the data of a TLSA record `2 0 0`.
    public static func whole(_ pem: String) throws -> String {
        try digest(pem, "x509 -outform DER | od -An -v -tx1 | tr -d ' \\n'")
    }

    private static func digest(_ pem: String, _ command: String) throws -> String {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try Data(pem.utf8).write(to: URL(filePath: folder.file("certificate.pem")))
        let text = try shell(
            "openssl \(command.replacing("x509", with: "x509 -in '\(folder.file("certificate.pem"))'"))")
        return String(text.prefix { $0.isHexDigit })
    }

    private static func shell(_ command: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readAll(), as: UTF8.self)
        process.waitUntilExit()
        return text
    }

    public func serverContext() throws -> TLSContext {
        try TLSContext(certificatePEM: certificatePEM, keyPEM: keyPEM)
    }
}

struct TestCertificateProblem: Error, CustomStringConvertible {
    var description: String { "openssl made no certificate; install the package openssl." }
}
