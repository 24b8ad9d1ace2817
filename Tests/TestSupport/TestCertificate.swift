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

    public func serverContext() throws -> TLSContext {
        try TLSContext(certificatePEM: certificatePEM, keyPEM: keyPEM)
    }
}

struct TestCertificateProblem: Error, CustomStringConvertible {
    var description: String { "openssl made no certificate; install the package openssl." }
}
