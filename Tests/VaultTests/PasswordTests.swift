import Testing
import Vault

@Suite struct `Passwords (Argon2id, RFC 9106)` {
    let passwords = Passwords(cost: .insecureForTests)

    @Test func `the right password is accepted and any other is not`() async throws {
        let hash = try await passwords.hash("Tr0ub4dor & äöü")
        #expect(hash.hasPrefix("$argon2id$"))
        #expect(await passwords.verify("Tr0ub4dor & äöü", against: hash))
        #expect(await !passwords.verify("Tr0ub4dor & äöu", against: hash))
        #expect(await !passwords.verify("", against: hash))
    }

    @Test func `the same password is right however its accents were typed`() async throws {
        let hash = try await passwords.hash("caf\u{E9}")
        #expect(await passwords.verify("cafe\u{301}", against: hash))
    }

    @Test func `two hashes of one password differ`() async throws {
        #expect(try await passwords.hash("same") != passwords.hash("same"))
    }

    @Test func `an unknown user and a damaged hash are wrong, not errors`() async {
        #expect(await !passwords.verify("anything", against: nil))
        #expect(await !passwords.verify("anything", against: "pbkdf2$whatever"))
        #expect(await !passwords.verify("anything", against: String(repeating: "x", count: 500)))
    }

    @Test func `an empty and an endless password are refused with a sentence`() async {
        await #expect(throws: PasswordProblem.empty) { try await passwords.hash("") }
        await #expect(throws: PasswordProblem.tooLong) { try await passwords.hash(String(repeating: "a", count: 1025)) }
        #expect(PasswordProblem.tooLong.userMessage.contains("1024"))
    }

    /// By the costs of every day: one hash takes long enough to be told from none.
    @Test func `a password that is too long takes as long for a known name as for an unknown one`() async throws {
        let passwords = Passwords(cost: .interactive)
        let hash = try await passwords.hash("a long enough phrase")
        let tooLong = String(repeating: "a", count: 1025)
        func time(_ hash: String?) async -> Duration {
            var best = Duration.seconds(60)
            for _ in 0..<5 {
                let took = await ContinuousClock().measure { #expect(await !passwords.verify(tooLong, against: hash)) }
                best = min(best, took)
            }
            return best
        }
        let (known, unknown) = (await time(hash), await time(nil))
        #expect(known > unknown / 3 && unknown > known / 3, "\(known) and \(unknown)")
    }

    @Test func `the beginning of a password that is too long is not right`() async throws {
        let longest = String(repeating: "a", count: 1024)
        let hash = try await passwords.hash(longest)
        #expect(await passwords.verify(longest, against: hash))
        #expect(await !passwords.verify(longest + "a", against: hash))
    }

    @Test func `a hash with other costs wants to be made again`() async throws {
        let hash = try await passwords.hash("x1")
        #expect(!passwords.needsRehash(hash))
        #expect(Passwords(cost: .interactive).needsRehash(hash))
    }

    @Test func `a hundred logins at once all get their answer`() async throws {
        let hash = try await passwords.hash("together")
        let right = await withTaskGroup(of: Bool.self) { group in
            for n in 0..<100 {
                group.addTask { await passwords.verify(n % 2 == 0 ? "together" : "apart", against: hash) }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(right == 50)
    }
}

@Suite struct `Passwords that djangoMailer hashed (PBKDF2, RFC 8018 §5.2)` {
    let passwords = Passwords(cost: .insecureForTests)
    /// Bob of the sample database.
    let bob = "pbkdf2_sha256$870000$oyp0LODbwWptPxl5fOo0bt$m6O9Q9NlgwXd+W9/kuEvkZxI+gBZnKusFo19RvV02dU="

    @Test func `the right one is accepted, any other is not, and it wants to be hashed again`() async {
        #expect(await passwords.verify("c0rrect-horse-bob", against: bob))
        #expect(await !passwords.verify("c0rrect-horse-Bob", against: bob))
        #expect(await !passwords.verify("", against: bob))
        #expect(passwords.needsRehash(bob))
    }

    @Test(arguments: [
        "!8Yx0notUsable", "!", "", "pbkdf2_sha256$", "pbkdf2_sha256$870000$salt", "pbkdf2_sha256$0$salt$",
        "pbkdf2_sha256$-1$salt$m6O9Q9NlgwXd+W9/kuEvkZxI+gBZnKusFo19RvV02dU=",
        "pbkdf2_sha256$1$$m6O9Q9NlgwXd+W9/kuEvkZxI+gBZnKusFo19RvV02dU=", "pbkdf2_sha256$1$salt$AAAA",
        "pbkdf2_sha1$1$salt$m6O9Q9NlgwXd+W9/kuEvkZxI+gBZnKusFo19RvV02dU=",
    ])
    func `a hash that is none, or that means no password, is never right`(_ hash: String) async {
        #expect(await !passwords.verify("", against: hash))
        #expect(await !passwords.verify("x", against: hash))
    }

    @Test func `a hash that asks for a billion rounds is refused without computing them`() async {
        let hostile = "pbkdf2_sha256$1000000000$salt$m6O9Q9NlgwXd+W9/kuEvkZxI+gBZnKusFo19RvV02dU="
        #expect(DjangoPassword(hostile) == nil)
        #expect(await !passwords.verify("x", against: hostile))
    }
}
