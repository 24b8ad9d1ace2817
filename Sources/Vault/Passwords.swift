import CSodium
internal import Foundation
internal import Synchronization

/// Hashes and checks passwords with Argon2id (RFC 9106), away from Swift's cooperative threads.
///
/// One hash costs about 64 ms and 64 MiB. However many people log in at once, only `concurrency` hashes run at a time:
/// the others wait their turn without holding a thread.
///
/// Hashes that came from djangoMailer are checked as they are (``DjangoPassword``), and want to be made again.
public final class Passwords: Sendable {
    private let cost: PasswordCost
    private let queue: OperationQueue
    /// Rounds of the dearest hash of djangoMailer's that is known to be in use; 0 for none.
    private let legacyRounds = Atomic(0)

    /// - Parameter concurrency: hashes at a time; memory is at most this times 64 MiB.
    public init(cost: PasswordCost = .interactive, concurrency: Int = 2) {
        precondition(sodium_init() >= 0, "libsodium could not be started")
        self.cost = cost
        queue = OperationQueue()
        queue.name = "martlet.passwords"
        queue.maxConcurrentOperationCount = max(1, concurrency)
    }

    /// The longest password in octets; a longer one is never right. It only bounds the work of one request.
    public static let longestPassword = 1024

    /// An encoded hash (`$argon2id$…`, at most 127 characters) with its own salt and costs, to be stored as it is.
    public func hash(_ password: String) async throws(PasswordProblem) -> String {
        let bytes = Self.normalised(password)
        guard !bytes.isEmpty else { throw .empty }
        guard bytes.count <= Self.longestPassword else { throw .tooLong }
        let cost = cost
        guard let hash = await run({ Self.hashNow(bytes, cost) }) else { throw .outOfMemory }
        return hash
    }

    /// Tells that users with this hash are there: from then on, wrong passwords take the same time whether they are
    /// checked against one of djangoMailer's hashes, one of ours, or none.
    public func expect(_ hash: String) {
        guard let django = DjangoPassword(hash) else { return }
        legacyRounds.max(django.rounds, ordering: .relaxed)
    }

    /// Whether `password` belongs to `hash`. Where there is no such user, pass nil: the answer is then false after the
    /// same time, so that a stranger cannot find out who has an account.
    public func verify(_ password: String, against hash: String?) async -> Bool {
        let bytes = Self.normalised(password)
        let cost = cost
        if let hash { expect(hash) }
        let rounds = legacyRounds.load(ordering: .relaxed)
        return await run {
            if let hash, let django = DjangoPassword(hash) {
                // As it was typed: Django does not normalise.
                if Self.check(Array(password.utf8), by: django.matches) { return true }
                if django.rounds < rounds { DjangoPassword.burn([0], rounds: rounds - django.rounds) }
                _ = Self.hashNow(bytes.prefix(Self.longestPassword) + [0], cost)
                return false
            }
            if Self.check(bytes, by: { Self.verifyNow($0, against: hash, cost) }) { return true }
            if rounds > 0 { DjangoPassword.burn([0], rounds: rounds) }
            return false
        }
    }

    /// One that is too long is checked by its beginning, and wrong: it takes the time of any other wrong one, whether
    /// there is a hash or not.
    private static func check(_ bytes: [UInt8], by matches: ([UInt8]) -> Bool) -> Bool {
        let isRight = matches(Array(bytes.prefix(longestPassword)))
        return isRight && bytes.count <= longestPassword
    }

    private static func verifyNow(_ bytes: [UInt8], against hash: String?, _ cost: PasswordCost) -> Bool {
        guard let hash, hash.hasPrefix("$argon2id$"), hash.utf8.count < Int(crypto_pwhash_STRBYTES) else {
            _ = hashNow(bytes + [0], cost)
            return false
        }
        let password = bytes.map(CChar.init(bitPattern:))
        return hash.withCString { crypto_pwhash_str_verify($0, password, UInt64(password.count)) } == 0
    }

    /// Whether the hash was made with other costs than today's: hash the password again after the next right login.
    public func needsRehash(_ hash: String) -> Bool {
        guard hash.utf8.count < Int(crypto_pwhash_STRBYTES) else { return true }
        return hash.withCString { crypto_pwhash_str_needs_rehash($0, cost.operations, cost.memory) } != 0
    }

    private func run<Answer: Sendable>(_ work: @escaping @Sendable () -> Answer) async -> Answer {
        await withCheckedContinuation { continuation in
            queue.addOperation { continuation.resume(returning: work()) }
        }
    }

    private static func hashNow(_ password: some Collection<UInt8>, _ cost: PasswordCost) -> String? {
        let password = password.map(CChar.init(bitPattern:))
        var text = [CChar](repeating: 0, count: Int(crypto_pwhash_STRBYTES))
        let status = crypto_pwhash_str(&text, password, UInt64(password.count), cost.operations, cost.memory)
        guard status == 0 else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// NFC, so that the same password typed on two kinds of keyboard is the same (RFC 8265 §4.2).
    private static func normalised(_ password: String) -> [UInt8] {
        guard password.utf8.count <= 4 * longestPassword else { return Array(password.utf8) }
        return Array(password.precomposedStringWithCanonicalMapping.utf8)
    }
}

/// How dear one hash is.
public struct PasswordCost: Sendable, Hashable {
    let operations: UInt64
    /// Bytes.
    let memory: Int

    /// libsodium's "interactive" limits: 2 passes over 64 MiB, about 64 ms.
    public static let interactive = PasswordCost(
        operations: UInt64(crypto_pwhash_opslimit_interactive()), memory: crypto_pwhash_memlimit_interactive())

    /// The least that Argon2id allows: 1 pass over 8 KiB. Anything but a test must not use it.
    public static let insecureForTests = PasswordCost(
        operations: UInt64(crypto_pwhash_opslimit_min()), memory: crypto_pwhash_memlimit_min())
}

/// Why a password cannot be hashed.
public enum PasswordProblem: Error, Hashable, Sendable {
    case empty
    case tooLong
    case outOfMemory

    public var userMessage: String {
        switch self {
        case .empty: "The password is empty; choose one."
        case .tooLong: "The password is longer than \(Passwords.longestPassword) bytes; choose a shorter one."
        case .outOfMemory: "The server has too little memory to check passwords just now; try again in a minute."
        }
    }
}
