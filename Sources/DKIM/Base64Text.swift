internal import COpenSSL

/// Base64 (RFC 4648 §4), by libcrypto.
enum Base64Text {
    static func encode(_ bytes: some Collection<UInt8>) -> String {
        let bytes = Array(bytes)
        // EVP_EncodeBlock writes a NUL behind the text.
        let text = [UInt8](unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4 + 1) { text, count in
            count = Int(EVP_EncodeBlock(text.baseAddress, bytes, Int32(bytes.count)))
        }
        return String(decoding: text, as: UTF8.self)
    }
}
