internal import COpenSSL

/// HMAC-MD5 (RFC 2104), for CRAM-MD5 (RFC 2195) and for nothing else.
public enum HMACMD5 {
    /// Octets of a code.
    public static let length = 16

    /// The code of a message; nil where libcrypto refuses MD5, as it does in FIPS mode.
    public static func code(of message: some Sequence<UInt8>, key: some Sequence<UInt8>) -> [UInt8]? {
        let message = Array(message)
        let key = Array(key)
        var code = [UInt8](repeating: 0, count: length)
        var written: UInt32 = 0
        guard let keyLength = Int32(exactly: key.count),
            HMAC(EVP_md5(), key, keyLength, message, message.count, &code, &written) != nil, written == length
        else { return nil }
        return code
    }
}
