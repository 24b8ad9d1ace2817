import Campaigns
import Foundation
import Mail
import Persistence
import PersistenceSQLite
import TestSupport
import Testing

@testable import Delivery

@Suite(.timeLimit(.minutes(2))) struct `Mails with files` {
    /// Attaches a file of so many octets, and returns its content.
    static func attach(
        _ size: Int, named name: String, as kind: FileUse.Kind = .attachment, to acme: SeededAccount,
        in database: any Database
    ) async throws -> [UInt8] {
        let content = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        let (account, template) = (acme.account, acme.template)
        try await database.write { tx in
            let scope = tx.account(account)
            var rest = content[...]
            let id = try scope.storeFile(
                NewFile(
                    hash: [UInt8](repeating: UInt8(truncatingIfNeeded: size), count: 32), size: size,
                    mediaType: kind == .picture ? "image/png" : "application/pdf", name: name,
                    isPicture: kind == .picture)
            ) {
                guard !rest.isEmpty else { return nil }
                let piece = Array(rest.prefix(FilePiece.length))
                rest = rest.dropFirst(piece.count)
                return piece
            }
            try scope.use(id, as: kind, named: name, in: .template(template))
        }
        return content
    }

    @Test(arguments: [true, false])
    func `arrive with the pictures within their text and the attachments beside it`(_ isSigned: Bool) async throws {
        try await withDatabase { database in
            let key = PictureKey(hash: [UInt8](repeating: 77, count: 32))
            let acme = try await SeededAccount(
                database, html: "<p>Dear {first_name}</p><img src=\"\(key.address)\" alt=\"Logo\">\n.\n..dots\n")
            let picture = try await Self.attach(77, named: "logo.png", as: .picture, to: acme, in: database)
            let large = try await Self.attach(1_000_003, named: "Übersicht 日本.pdf", to: acme, in: database)
            try await acme.addRecipients(9)
            let settings = try EngineHarness.settings()
            let keys = isSigned ? try await `Signed mails`.addKeys(acme, database, settings) : [:]
            let sink = try await RecordingSMTPSink.start()
            try await acme.sendOverSMTP(port: sink.port, connections: 3)
            let campaign = try await acme.startCampaign()
            try await EngineHarness(database: database).runOnePass(settings)
            #expect(try await acme.tally(campaign)[.delivered] == 9)
            #expect(sink.messages.count == 9)
            if isSigned {
                let verdicts = try await `Signed mails`.verify(sink.messages.map(\.bytes), keys: keys)
                #expect(verdicts == [[Bool]](repeating: [true, true], count: 9))
            }
            for sent in sink.messages {
                let mail = ReceivedMessage(sent.bytes)
                #expect(
                    mail.parts.map(\.contentType) == ["text/plain", "text/html", "image/png", "application/pdf"])
                #expect(mail.parts[2].bytes == picture && mail.parts[2].contentID == key.contentID)
                #expect(mail.parts[3].bytes == large && mail.parts[3].fileName == "Übersicht 日本.pdf")
                #expect(mail.html?.contains(key.address) == true && mail.html?.contains("\n..dots") == true)
            }
            // The ledger makes the very same bytes again.
            let messages = try await database.read { [account = acme.account] tx in
                try tx.rows("SELECT id FROM message WHERE campaign_id = \(campaign) ORDER BY id") {
                    try $0.id(0, as: Message.ID.self)
                }.map { try #require(try tx.account(account).messageForShowing($0)) }
            }
            let composer = Composer(database: database, settings: settings)
            for message in messages {
                let sent = try #require(sink.messages.first { $0.recipient == message.email })
                #expect(try await composer.bytes(of: message) == sent.bytes)
            }
            let shown = try await composer.bytes(of: messages[0], isWhole: false)
            #expect(shown.count < 10_000)
            #expect(ReceivedMessage(shown).parts.map(\.fileName) == [nil, nil, "logo.png", "Übersicht 日本.pdf"])
            #expect(ReceivedMessage(shown).parts[2].bytes == picture)
            await sink.stop()
        }
    }

    @Test func `share the storage of their files`() async throws {
        try await withDatabase { database in
            let acme = try await SeededAccount(database)
            _ = try await Self.attach(300_000, named: "a.pdf", to: acme, in: database)
            try await acme.addRecipients(2)
            let campaign = try await acme.startCampaign()
            try await EngineHarness(database: database).runOnePass()
            let messages = try await database.read { [account = acme.account] tx in
                try tx.rows("SELECT id FROM message WHERE campaign_id = \(campaign)") {
                    try $0.id(0, as: Message.ID.self)
                }.map { try #require(try tx.account(account).messageForShowing($0)) }
            }
            let composer = Composer(database: database, settings: try EngineHarness.settings())
            let first = try await composer.prepare(messages[0])
            let second = try await composer.prepare(messages[1])
            #expect(first.enclosure != nil && first.enclosure === second.enclosure)
            #expect(first.bytes.count < 5000)
            #expect(try await composer.bytes(of: messages[0]).count == first.letter.size)
        }
    }

    @Test func `are the same however their campaign was begun: a single mail brings its own beside the template's`()
        async throws
    {
        try await withDatabase { database in
            let acme = try await SeededAccount(database)
            let first = try await Self.attach(100, named: "template.pdf", to: acme, in: database)
            try await acme.addRecipients(1)
            let campaign = try await acme.startCampaign()
            let (account, template) = (acme.account, acme.template)
            try await database.write { tx in
                let scope = tx.account(account)
                let file = try scope.storeFile(
                    NewFile(
                        hash: [UInt8](repeating: 1, count: 32), size: 3, mediaType: "text/plain", name: "own.txt",
                        isPicture: false), piece: Once([1, 2, 3]).next)
                try scope.use(file, as: .attachment, named: "own.txt", in: .campaign(campaign))
                // Once more as an attachment of the same content: it is sent once.
                let again = try #require(try scope.files(of: .template(template)).first)
                try scope.use(again.file.id, as: .attachment, named: "twice.pdf", in: .campaign(campaign))
            }
            let sink = try await RecordingSMTPSink.start()
            try await acme.sendOverSMTP(port: sink.port)
            try await EngineHarness(database: database).runOnePass()
            let mail = ReceivedMessage(try #require(sink.messages.first).bytes)
            #expect(mail.parts.compactMap(\.fileName) == ["template.pdf", "own.txt"])
            #expect(mail.parts.suffix(2).map(\.bytes) == [first, [1, 2, 3]])
            await sink.stop()
        }
    }

    /// Gives one piece, then no more.
    private final class Once {
        private var piece: [UInt8]?
        init(_ piece: [UInt8]) { self.piece = piece }
        func next() -> [UInt8]? {
            defer { piece = nil }
            return piece
        }
    }
}
