import Campaigns
import DKIM
import Foundation
import Persistence
import PersistenceSQLite
import TestSupport
import TestValues
import Testing
import Vault

@testable import Delivery

@Suite struct `Signed mails` {
    /// Names with which header fields are folded, encoded, or nearly empty; and what a sender could be tricked with.
    static let names = [
        "Bob", "Smith, Bob", "Zoë Müller", "Владимир Иванов", "李小龍", "محمد", "עברית", "ไทย ภาษา", "👨‍👩‍👧‍👦 Family",
        "=?utf-8?q?evil?=", "x\r\nBcc: eve@example.com", "tab\there", "two  spaces ",
        String(repeating: "Überlang ", count: 40),
        String(repeating: "x", count: 300), " ", "",
    ]

    static let bodies = [
        "<p>Dear {first_name|friend},</p><p>hello.</p>", "", " ", "\n\n\n", "trailing   \t \n\n white\t\tspace \n \n\n",
        ".\n..\n.leading dots\n", "{first_name}",
        String(repeating: "A line that is long enough to be folded, {company}. ", count: 60),
    ]

    private struct Verdict: Decodable { var verified: [Bool] }

    /// `dkimpy`, an implementation that is not ours, without asking any DNS.
    private static let program = """
        import base64, json, sys, dkim
        keys = {name.encode() + b".": text.encode() for name, text in json.load(open(sys.argv[2])).items()}
        out = []
        for line in json.load(open(sys.argv[1])):
            message = dkim.DKIM(base64.b64decode(line), minkey=1024)
            count = sum(name.lower() == b"dkim-signature" for name, _ in message.headers)
            good = []
            for index in range(count):
                try: good.append(message.verify(index, dnsfunc=lambda name, timeout=5: keys.get(name)))
                except dkim.DKIMException: good.append(False)
            out.append(dict(verified=good))
        json.dump(out, open(sys.argv[3], "w"))
        """

    static func verify(_ messages: [[UInt8]], keys: [String: String]) async throws -> [[Bool]] {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let files = ["messages", "keys", "verdicts"].map { URL(filePath: folder.file($0)) }
        try JSONEncoder().encode(messages.map { Data($0) }).write(to: files[0])
        try JSONEncoder().encode(keys).write(to: files[1])
        let process = Process()
        // Debian's python3-dkim and python3-nacl belong to Debian's python3.
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-c", program] + files.map(\.path)
        let status = try await withCheckedThrowingContinuation { ended in
            process.terminationHandler = { ended.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        try #require(status == 0, "dkimpy is needed for this test: apt-get install python3-dkim python3-nacl")
        return try JSONDecoder().decode([Verdict].self, from: Data(contentsOf: files[2])).map(\.verified)
    }

    static func addKeys(_ acme: SeededAccount, _ database: any Database, _ settings: DeliverySettings)
        async throws
        -> [String: String]
    {
        var records: [String: String] = [:]
        for algorithm in SignatureAlgorithm.allCases {
            let key = DomainKey(making: algorithm)
            let id = try await acme.addKey(key, selector: algorithm.rawValue, in: database, settings.sealer)
            try await database.write { tx in try tx.account(acme.account).startSigning(with: id) }
            records[KeyRecord.name(selector: algorithm.rawValue, domain: "acme.example")] =
                KeyRecord(algorithm: algorithm, publicKey: key.publicKey).text
        }
        return records
    }

    @Test func `dkimpy verifies a thousand of every script and form, each with both signatures`() async throws {
        try await withDatabase { database in
            let settings = try EngineHarness.settings()
            var messages: [[UInt8]] = []
            let acme = try await SeededAccount(database, subject: "{first_name} {company} {free_field1}")
            try await acme.changeSender { $0.maxPerHour = 1_000_000 }
            let records = try await Self.addKeys(acme, database, settings)
            let account = acme.account
            let perBody = 126
            try await database.write { tx in
                var random = SeededGenerator(seed: 8463)
                let people = (0..<perBody).map { number in
                    let name = number < Self.names.count ? Self.names[number] : Self.randomName(using: &random)
                    let email = "person\(number)@example.org"
                    return (
                        key: email,
                        fields: RecipientFields(email: email, firstName: name, company: Self.names[number % 11])
                    )
                }
                try tx.account(account).insertRecipients(people, createdAt: try tx.now)
            }
            for body in Self.bodies {
                try await database.write { tx in
                    _ = try tx.run("UPDATE template SET html = \(body) WHERE account_id = \(account)")
                }
                let campaign = try await acme.startCampaign()
                try await EngineHarness(database: database).runOnePass(settings)
                let sent = try await database.read { tx in
                    try tx.rows("SELECT id FROM message WHERE campaign_id = \(campaign) ORDER BY id") {
                        try $0.id(0, as: Message.ID.self)
                    }.map { try #require(try tx.account(account).messageForShowing($0)) }
                }
                let composer = Composer(database: database, settings: settings)
                for message in sent { messages.append(try await composer.bytes(of: message)) }
            }
            try #require(messages.count >= 1000)
            let verdicts = try await Self.verify(messages, keys: records)
            #expect(verdicts.count == messages.count)
            for (verdict, message) in zip(verdicts, messages) where verdict != [true, true] {
                Issue.record("\(verdict): \(String(decoding: message, as: UTF8.self))")
            }
            // And it would say so, were they not.
            var changed = messages[0]
            changed[changed.count - 10] ^= 1
            let refused = try await Self.verify([changed], keys: records)
            #expect(refused == [[false, false]])
        }
    }

    private static func randomName(using random: inout SeededGenerator) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 1...60, using: &random) {
            let range: ClosedRange<UInt32> = [0x20...0x7E, 0xC0...0x17F, 0x410...0x44F, 0x4E00...0x9FA5, 0x5D0...0x5EA]
                .randomElement(using: &random)!
            text.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: range, using: &random))!)
        }
        return text
    }

    @Test func `a mail that has begun keeps its signature when the key is changed or retired`() async throws {
        try await withDatabase { database in
            let settings = try EngineHarness.settings()
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(1)
            let old = try await acme.addKey(DomainKey(making: .ed25519), selector: "old", in: database, settings.sealer)
            let account = acme.account
            try await database.write { tx in try tx.account(account).startSigning(with: old) }
            let campaign = try await acme.startCampaign()
            try await EngineHarness(database: database).runOnePass(settings)
            let message = try await database.read { tx in
                let id = try tx.one("SELECT id FROM message WHERE campaign_id = \(campaign)") {
                    try $0.id(0, as: Message.ID.self)
                }
                return try #require(try tx.account(account).messageForShowing(id))
            }
            let first = try await Composer(database: database, settings: settings).bytes(of: message)
            #expect(String(decoding: first, as: UTF8.self).contains("d=acme.example; s=old;"))

            let new = try await acme.addKey(DomainKey(making: .ed25519), selector: "new", in: database, settings.sealer)
            try await database.write { tx in try tx.account(account).startSigning(with: new) }
            let again = try await Composer(database: database, settings: settings).bytes(of: message)
            #expect(first == again)
            let states = try await database.read { try $0.account(account).signingKeys().map(\.state) }
            #expect(states == [.signing, .retired])

            let next = try await acme.startCampaign()
            try await EngineHarness(database: database).runOnePass(settings)
            let later = try await database.read { tx in
                let id = try tx.one("SELECT id FROM message WHERE campaign_id = \(next)") {
                    try $0.id(0, as: Message.ID.self)
                }
                return try #require(try tx.account(account).messageForShowing(id))
            }
            let other = try await Composer(database: database, settings: settings).bytes(of: later)
            #expect(String(decoding: other, as: UTF8.self).contains("s=new;"))
        }
    }

    @Test func `a key that may be needed for sending again cannot be removed`() async throws {
        try await withDatabase { database in
            let settings = try EngineHarness.settings()
            let acme = try await SeededAccount(database)
            try await acme.addRecipients(1)
            let account = acme.account
            let key = try await acme.addKey(DomainKey(making: .ed25519), selector: "s", in: database, settings.sealer)
            try await database.write { tx in try tx.account(account).startSigning(with: key) }
            let campaign = try await acme.startCampaign()
            try await EngineHarness(database: database).runOnePass(settings)
            try await database.write { tx in
                _ = try tx.run("UPDATE campaign_tally SET messages = 0 WHERE campaign_id = \(campaign)")
                _ = try tx.run(
                    """
                    INSERT INTO campaign_tally (account_id, campaign_id, state, messages)
                    VALUES (\(account), \(campaign), 'unknown', 1)
                    ON CONFLICT (account_id, campaign_id, state) DO UPDATE SET messages = 1
                    """)
            }
            let isRemoved = try await database.write { tx in try tx.account(account).removeSigningKey(key) }
            #expect(!isRemoved)
            try await database.write { tx in
                _ = try tx.run("UPDATE campaign_tally SET messages = 0 WHERE campaign_id = \(campaign)")
            }
            let isGone = try await database.write { tx in try tx.account(account).removeSigningKey(key) }
            #expect(isGone)
        }
    }

    @Test
    func `a key of another account signs nothing, and a key that cannot be opened stops the sender with a sentence`()
        async throws
    {
        try await withDatabase { database in
            let settings = try EngineHarness.settings()
            let acme = try await SeededAccount(database)
            let eve = try await SeededAccount(database, name: "Eve", fromEmail: "eve@acme.example")
            try await acme.addRecipients(1)
            try await eve.addRecipients(1)
            let key = try await acme.addKey(DomainKey(making: .ed25519), selector: "s", in: database, settings.sealer)
            try await database.write { tx in try tx.account(acme.account).startSigning(with: key) }
            try await database.write { tx in
                try tx.account(eve.account).startSigning(with: key)
                #expect(try tx.account(eve.account).signingKey(key) == nil)
                let isRemoved = try tx.account(eve.account).removeSigningKey(key)
                #expect(!isRemoved)
            }
            let evil = try await eve.startCampaign()
            let good = try await acme.startCampaign()
            var other = try EngineHarness.settings()
            other.sealer = try Sealer(keyText: SealingKey.random())
            try await EngineHarness(database: database).runOnePass(other)
            let (signed, paused) = try await database.read { tx in
                (
                    try tx.count(
                        "SELECT COUNT(*) FROM content_dkim_key WHERE account_id = \(eve.account)"),
                    try tx.account(acme.account).defaultSender()?.pausedReason ?? ""
                )
            }
            #expect(signed == 0)
            let (unsigned, waiting) = (try await eve.tally(evil), try await acme.tally(good))
            #expect(unsigned[.delivered] == 1 && waiting[.ready] == 1)
            #expect(paused.contains("The key s of acme.example cannot be read."))
        }
    }
}

extension SeededAccount {
    func addKey(_ key: DomainKey, selector: String, in database: any Database, _ sealer: Sealer) async throws
        -> SigningKey.ID
    {
        let account = account
        return try await database.write { tx in
            let record = NewSigningKey(
                domain: "acme.example", selector: selector, algorithm: key.algorithm, bits: key.bits,
                publicKey: key.publicKey)
            let id = try tx.account(account).addSigningKey(record) { id in
                sealer.seal(key.der, at: .signingKey(account: account.rawValue, key: id.rawValue))
            }
            return try #require(id)
        }
    }
}
