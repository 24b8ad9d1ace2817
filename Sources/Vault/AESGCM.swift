internal import COpenSSL
internal import Digests

/// A key for AES-256-GCM (NIST SP 800-38D) with nonces of 96 bits and tags of 128 bits; overwritten when its last copy
/// goes.
final class AESGCM: Sendable {
    static let keyLength = 32
    static let nonceLength = 12
    static let tagLength = 16

    /// Written by `init` and `deinit` only.
    nonisolated(unsafe) private let key: UnsafeMutablePointer<UInt8>

    /// - Precondition: `bytes` has 32 octets.
    init(key bytes: [UInt8]) {
        precondition(bytes.count == Self.keyLength, "AES-256 needs a key of 32 octets")
        key = .allocate(capacity: Self.keyLength)
        for (index, byte) in bytes.enumerated() { (key + index).initialize(to: byte) }
    }

    deinit {
        OPENSSL_cleanse(key, Self.keyLength)
        key.deallocate()
    }

    /// The ciphertext, as long as the secret, and the tag.
    ///
    /// - Precondition: `nonce` has 12 octets and has never been used with this key.
    func seal(_ secret: [UInt8], nonce: [UInt8], authenticating label: [UInt8]) -> [UInt8] {
        var box = secret + [UInt8](repeating: 0, count: Self.tagLength)
        // No secret, nonce or label can be the reason: there was no memory, or libcrypto has no AES.
        precondition(run(.seal, on: &box, nonce: nonce, label: label), "libcrypto could not encrypt with AES-256-GCM")
        return box
    }

    /// The secret; nil if key, nonce, label or any bit of the box differ from what was sealed.
    func open(_ box: [UInt8], nonce: [UInt8], authenticating label: [UInt8]) -> [UInt8]? {
        guard box.count >= Self.tagLength else { return nil }
        var box = box
        guard run(.open, on: &box, nonce: nonce, label: label) else {
            // What was deciphered before the tag was compared must not leave this place.
            wipe(&box)
            return nil
        }
        box.removeLast(Self.tagLength)
        return box
    }

    private enum Direction: Int32 {
        case open = 0
        case seal = 1
    }

    /// Turns text and tag in `box` into what they become, in place.
    private func run(_ direction: Direction, on box: inout [UInt8], nonce: [UInt8], label: [UInt8]) -> Bool {
        precondition(nonce.count == Self.nonceLength, "a nonce of AES-GCM has 12 octets here")
        guard let length = Int32(exactly: box.count - Self.tagLength), let labelLength = Int32(exactly: label.count),
            let context = EVP_CIPHER_CTX_new()
        else { return false }
        defer { EVP_CIPHER_CTX_free(context) }
        return box.withUnsafeMutableBufferPointer { box in
            guard let text = box.baseAddress else { return false }
            let tag = text + Int(length)
            let tagLength = Int32(Self.tagLength)
            var (written, rest): (Int32, Int32) = (0, 0)
            return EVP_CipherInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce, direction.rawValue) == 1
                && (direction == .seal || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, tagLength, tag) == 1)
                && EVP_CipherUpdate(context, nil, &written, label, labelLength) == 1
                && EVP_CipherUpdate(context, text, &written, text, length) == 1 && written == length
                && EVP_CipherFinal_ex(context, tag, &rest) == 1 && rest == 0
                && (direction == .open || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, tagLength, tag) == 1)
        }
    }
}
