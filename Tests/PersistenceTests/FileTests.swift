import Campaigns
import Persistence
import PersistencePostgres
import TestSupport
import Testing

@Suite struct `Files of an account` {
    /// Stores a content in pieces.
    @discardableResult
    private static func store(
        _ content: [UInt8], hash: UInt8, in scope: AccountScope, name: String = "a.png"
    ) throws -> (id: File.ID, pieces: Int) {
        var rest = content[...]
        var pieces = 0
        let id = try scope.storeFile(
            NewFile(
                hash: [UInt8](repeating: hash, count: 32), size: content.count, mediaType: "image/png", name: name,
                isPicture: true)
        ) {
            guard !rest.isEmpty else { return nil }
            let piece = Array(rest.prefix(FilePiece.length))
            rest = rest.dropFirst(piece.count)
            pieces += 1
            return piece
        }
        return (id, pieces)
    }

    private static func content(of file: File.ID, in scope: AccountScope) throws -> [UInt8] {
        var (bytes, number) = ([UInt8](), 0)
        while let piece = try scope.piece(number, of: file) {
            bytes += piece
            number += 1
        }
        return bytes
    }

    @Test(arguments: TestDatabase.allCases)
    func `a content is kept in pieces, once for each account`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let (ada, bob) = (try CampaignFixture(tx), try CampaignFixture(tx, name: "Bob's shop"))
                let (scope, other) = (tx.account(ada.account), tx.account(bob.account))
                let content = (0..<(FilePiece.length * 2 + 5)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
                let first = try Self.store(content, hash: 7, in: scope)
                #expect(first.pieces == 3)
                let again = try Self.store(content, hash: 7, in: scope, name: "other.png")
                #expect(again.id == first.id && again.pieces == 0)
                let theirs = try Self.store(content, hash: 7, in: other)
                #expect(theirs.id != first.id)
                #expect(try Self.content(of: first.id, in: scope) == content)
                #expect(try scope.file(first.id)?.size == content.count)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `another account finds no file, by id or by what HTML calls it, and cannot use it`(_ kind: TestDatabase)
        async throws
    {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let (ada, bob) = (try CampaignFixture(tx), try CampaignFixture(tx, name: "Bob's shop"))
                let (scope, other) = (tx.account(ada.account), tx.account(bob.account))
                let file = try Self.store([1, 2, 3], hash: 9, in: scope).id
                let key = PictureKey(hash: [UInt8](repeating: 9, count: 32))
                #expect(try scope.pictures([key]).map(\.id) == [file])
                #expect(try other.pictures([key]).isEmpty)
                #expect(try other.file(file) == nil && other.piece(0, of: file) == nil)
                #expect(try !other.use(file, as: .attachment, named: "x", in: .template(bob.template)))
                #expect(try other.files(of: .template(ada.template)).isEmpty)
                try scope.use(file, as: .attachment, named: "x", in: .template(ada.template))
                #expect(try !other.stopUsing(file, as: .attachment, in: .template(ada.template)))
                #expect(try scope.files(of: .template(ada.template)).map(\.name) == ["x"])
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `what a campaign that has begun sends stays, whatever becomes of its template`(_ kind: TestDatabase)
        async throws
    {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx)
                let scope = tx.account(fixture.account)
                let kept = try Self.store([1], hash: 1, in: scope).id
                let other = try Self.store([2], hash: 2, in: scope).id
                let template = FileOwner.template(fixture.template)
                try scope.use(kept, as: .attachment, named: "kept.pdf", in: template)
                let campaign = try fixture.startedCampaign(tx)
                try scope.use(other, as: .attachment, named: "other.pdf", in: template)
                let content = try #require(try scope.campaign(campaign)?.contentID)
                #expect(try scope.files(of: .content(content)).map(\.name) == ["kept.pdf"])
                #expect(try scope.stopUsing(kept, as: .attachment, in: template))
                #expect(try scope.deleteTemplate(fixture.template) == .deleted)
                #expect(try scope.files(of: .content(content)).map(\.file.id) == [kept])
                #expect(try Self.content(of: kept, in: scope) == [1])
                // Nothing refers to the other one any more.
                #expect(try scope.file(other) == nil && scope.piece(0, of: other) == nil)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `files that only ended campaigns were sent with are given up, and are known by their names`(
        _ kind: TestDatabase
    ) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let (fixture, bob) = (try CampaignFixture(tx), try CampaignFixture(tx, name: "Bob's shop"))
                let scope = tx.account(fixture.account)
                let file = try Self.store([1, 2, 3], hash: 1, in: scope).id
                let unused = try Self.store([4], hash: 4, in: scope).id
                let template = FileOwner.template(fixture.template)
                try scope.use(file, as: .attachment, named: "terms.pdf", in: template)
                let campaign = try fixture.startedCampaign(tx)
                func found() throws -> StoredFile? { try scope.storedFiles(limit: 10).first { $0.file.id == file } }
                func keeps() throws {
                    #expect(try scope.giveUp([file]) == FilesGivenUp(files: 0, size: 0, kept: 1))
                    #expect(try scope.file(file) != nil && found()?.isFree == false)
                }
                #expect(try found()?.templates.map(\.name) == ["Offer"] && found()?.campaignCount == 1)
                try keeps()
                #expect(try scope.stopUsing(file, as: .attachment, in: template))
                #expect(try found()?.campaigns.map(\.isHeld) == [true])
                try keeps()
                try fixture.put(1, of: campaign, into: .unknown, tx)
                try fixture.put(2, of: campaign, into: .delivered, tx)
                #expect(try scope.campaign(campaign)?.state == .finished)
                // Somebody may still decide to send that one again.
                try keeps()
                let settled = try scope.settle(
                    .unknown, of: campaign, as: .delivered, by: "ada", expiry: .seconds(3600))
                #expect(settled == 1)
                #expect(try found()?.isFree == true && found()?.campaigns.map(\.id) == [campaign])
                #expect(try tx.account(bob.account).giveUp([file]) == FilesGivenUp())
                #expect(try tx.account(bob.account).storedFiles(limit: 10).isEmpty)
                #expect(try scope.sizeOfFiles() == 4)
                #expect(try scope.giveUp([file, unused]) == FilesGivenUp(files: 2, size: 4, kept: 0))
                #expect(try scope.sizeOfFiles() == 0 && scope.piece(0, of: file) == nil)
                let content = try #require(try scope.campaign(campaign)?.contentID)
                #expect(try scope.files(of: .content(content)).isEmpty)
                let freed = try scope.freedFiles(of: content)
                #expect(freed.map(\.name) == ["terms.pdf"] && freed.map(\.size) == [3])
                #expect(try scope.tally(campaign)[.delivered] == 3)
                // Uploaded once more it is a file like any other.
                #expect(try Self.store([1, 2, 3], hash: 1, in: scope).pieces == 1)
                #expect(try scope.deleteCampaign(campaign))
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a deleted campaign's files count no more, unless something else has them`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx)
                let scope = tx.account(fixture.account)
                let (gone, kept) = (
                    try Self.store([1], hash: 1, in: scope).id, try Self.store([2], hash: 2, in: scope).id
                )
                for file in [gone, kept] {
                    try scope.use(file, as: .attachment, named: "a.pdf", in: .template(fixture.template))
                }
                let campaign = try fixture.startedCampaign(tx)
                #expect(try scope.stopUsing(gone, as: .attachment, in: .template(fixture.template)))
                try fixture.put(3, of: campaign, into: .delivered, tx)
                #expect(try scope.sizeOfFiles() == 2)
                #expect(try scope.deleteCampaign(campaign))
                #expect(try scope.file(gone) == nil && scope.file(kept) != nil)
                #expect(try scope.sizeOfFiles() == 1)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `what was uploaded and never used goes after a day, and counts no more`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx)
                let scope = tx.account(fixture.account)
                let fresh = try Self.store([1], hash: 1, in: scope).id
                let old = try Self.store([2], hash: 2, in: scope).id
                let used = try Self.store([3], hash: 3, in: scope).id
                try scope.use(used, as: .picture, named: "a.png", in: .template(fixture.template))
                let account = fixture.account
                try tx.run("UPDATE file SET used_at = 1 WHERE account_id = \(account) AND id <> \(fresh)")
                #expect(try scope.sizeOfFiles() == 2)
                try scope.removeUnusedFiles()
                #expect(try scope.file(fresh) != nil && scope.file(used) != nil)
                #expect(try scope.file(old) == nil)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `what an older node left of a deleted campaign takes no room`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx)
                let scope = tx.account(fixture.account)
                let file = try Self.store([1, 2, 3], hash: 9, in: scope).id
                try scope.use(file, as: .attachment, named: "x", in: .template(fixture.template))
                let campaign = try fixture.startedCampaign(tx)
                _ = try scope.stopUsing(file, as: .attachment, in: .template(fixture.template))
                try fixture.put(3, of: campaign, into: .delivered, tx)
                try tx.run("UPDATE file SET used_at = 0")
                try scope.removeUnusedFiles()
                #expect(try scope.sizeOfFiles() == 3)
                // As a version did that knew nothing of what follows from it.
                try tx.run("DELETE FROM campaign WHERE id = \(campaign)")
                try scope.removeUnusedFiles()
                #expect(try scope.sizeOfFiles() == 0 && scope.countFiles() == 0)
            }
        }
    }

    @Test func `a file that is taken away while it is copied is there or not, and nobody hears of it`() async throws {
        for isCopyFirst in [true, false] {
            try await withTwoNodes { nodes in
                let (fixture, file, other) = try await nodes[0].write { tx in
                    let fixture = try CampaignFixture(tx)
                    let scope = tx.account(fixture.account)
                    let file = try Self.store([1, 2, 3], hash: 9, in: scope).id
                    try scope.use(file, as: .attachment, named: "x", in: .template(fixture.template))
                    let other = try scope.createTemplate(
                        TemplateText(name: "Copy", subject: "", html: "", plainText: ""))
                    return (fixture, file, other)
                }
                let copy: Deed = { tx in
                    try tx.account(fixture.account).copyFiles(from: .template(fixture.template), to: .template(other))
                }
                let removal: Deed = { tx in
                    _ = try tx.account(fixture.account).stopUsing(
                        file, as: .attachment, in: .template(fixture.template))
                }
                if isCopyFirst {
                    try await overlap(nodes, first: copy, second: removal)
                } else {
                    try await overlap(nodes, first: removal, second: copy)
                }
                let left = try await nodes[0].read { tx in
                    let scope = tx.account(fixture.account)
                    return (try scope.files(of: .template(other)).count, try scope.countFiles())
                }
                #expect(left == (isCopyFirst ? (1, 1) : (0, 0)))
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `a template has the pictures that its HTML shows`(_ kind: TestDatabase) async throws {
        try await withDatabase(kind) { database in
            try await database.write { tx in
                let fixture = try CampaignFixture(tx)
                let scope = tx.account(fixture.account)
                let keys = try [UInt8(1), 2].map { number in
                    try Self.store([number], hash: number, in: scope)
                    return PictureKey(hash: [UInt8](repeating: number, count: 32))
                }
                let html =
                    "<img src=\"\(keys[0].address)\"><img src='\(keys[1].address)'><img src=\"\(keys[0].address)\">"
                #expect(PictureKey.all(in: html) == keys)
                try scope.setPictures(keys, of: fixture.template)
                #expect(try scope.files(of: .template(fixture.template)).map(\.file.pictureKey) == keys)
                try scope.setPictures([keys[1]], of: fixture.template)
                #expect(try scope.files(of: .template(fixture.template)).map(\.file.pictureKey) == [keys[1]])
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func `two uploads at once cannot take more room than there is, nor store one content twice`(_ kind: TestDatabase)
        async throws
    {
        try await withDatabase(kind) { database in
            let account = try await database.write { try CampaignFixture($0).account }
            let outcomes = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        do {
                            try await database.write { tx in
                                var pieces = [[UInt8](repeating: 1, count: 1000)][...]
                                _ = try tx.account(account).storeFile(
                                    NewFile(
                                        // Each twice.
                                        hash: [UInt8](repeating: UInt8(number / 2), count: 32), size: 1000,
                                        mediaType: "text/plain", name: "\(number).txt", isPicture: false), within: 2500
                                ) { pieces.popFirst() }
                            }
                            return true
                        } catch { return !(error is FileRoomExceeded) }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            // Two contents have room, each of them for both who bring it.
            #expect(outcomes.filter { $0 }.count == 4)
            try await database.write { tx in
                let scope = tx.account(account)
                #expect(try scope.sizeOfFiles() == 2000)
                let full = #expect(throws: FileRoomExceeded.self) {
                    _ = try scope.storeFile(
                        NewFile(
                            hash: [UInt8](repeating: 99, count: 32), size: 501, mediaType: "image/png", name: "a.png",
                            isPicture: true), within: 2500
                    ) { nil }
                }
                #expect(full?.name == "a.png" && full?.size == 501 && full?.used == 2000 && full?.limit == 2500)
                // What nobody used for a day makes room.
                try tx.run("UPDATE file SET used_at = 0 WHERE account_id = \(account)")
                _ = try Self.store([1, 2, 3], hash: 98, in: scope)
                #expect(try scope.sizeOfFiles() == 3)
                _ = try scope.storeFile(
                    NewFile(
                        hash: [UInt8](repeating: 97, count: 32), size: 2000, mediaType: "image/png", name: "b.png",
                        isPicture: true), within: 2500
                ) { nil }
                #expect(try scope.sizeOfFiles() == 2003)
            }
        }
    }
}
