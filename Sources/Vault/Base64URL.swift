import Foundation

/// Base64 with the URL-safe alphabet and without padding (RFC 4648 §5).
public enum Base64URL {
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text = Data(bytes).base64EncodedString()
        text.replace("+", with: "-")
        text.replace("/", with: "_")
        while text.last == "=" { text.removeLast() }
        return text
    }

    /// The bytes of `text`, with or without padding; nil if it is anything else than Base64 of the URL-safe or the
    /// usual alphabet.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard text.utf8.count <= 1 << 20 else { return nil }
        var plain = String(text)
        plain.replace("-", with: "+")
        plain.replace("_", with: "/")
        while plain.last == "=" { plain.removeLast() }
        guard plain.utf8.count % 4 != 1 else { return nil }
        plain += String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)
        return Data(base64Encoded: plain).map(Array.init)
    }
}
