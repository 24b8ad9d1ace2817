internal import Campaigns
internal import Persistence

extension Imports {
    /// Rows of one piece.
    static let pieceRows = 5_000
    /// A piece of larger rows ends when it has so many octets: it is held several times over while it is worked on.
    static let pieceOctets = 4 << 20

    /// Parses on this task and stores on another: one batch is written while the next one is read.
    func receive<Pieces: AsyncSequence>(_ id: Import.ID, account: Account.ID, _ pieces: Pieces) async throws
    where Pieces.Element: Collection<UInt8> {
        var receiver = ImportReceiver()
        let addresses = ReceivedAddresses()
        var head: [UInt8] = []
        try await withThrowingTaskGroup(of: Void.self) { group in
            var isWriting = false
            func store(_ received: ImportReceiver.Received, _ details: ImportDetails) async throws {
                if isWriting { try await group.next() }
                let json = details.json
                group.addTask {
                    try await stage(received, of: id, account, details: json)
                    try addresses.add(received.piece)
                }
                isWriting = true
            }
            for try await piece in pieces {
                if head.count < ForeignFile.headLength { head += piece.prefix(ForeignFile.headLength - head.count) }
                if ForeignFile.sentence(head) != nil { break }
                receiver.take(piece)
                while let next = receiver.next() { try await store(next, receiver.details) }
            }
            receiver.finish()
            while let next = receiver.next() { try await store(next, receiver.details) }
            try await group.waitForAll()
        }
        try await end(receiver, head, of: id, account, isDistinct: addresses.areDistinct)
    }

    private func end(
        _ receiver: ImportReceiver, _ head: [UInt8], of id: Import.ID, _ account: Account.ID, isDistinct: Bool
    ) async throws {
        let details = receiver.details
        let fault = ForeignFile.sentence(head) ?? Self.fault(details)
        let needsMapping = receiver.needsMapping
        let last = receiver.pieces
        try await database.write { transaction in
            guard let current = try transaction.lockImport(id, in: .receiving) else { return }
            guard current.cursor == last else { throw Self.lostPiece }
            if let sentence = fault {
                try transaction.setImport(id, state: .failed, cursor: 0, details: details.json, error: sentence)
            } else if needsMapping {
                try transaction.setImport(id, state: .mapping, cursor: 0, details: details.json)
            } else if isDistinct, try !transaction.account(account).hasRecipients() {
                var details = details
                details.new = details.rows - details.wrong
                details.done = details.rows
                try transaction.setImport(id, state: .ready, cursor: 0, details: details.json)
            } else {
                try transaction.setImport(id, state: .analysing, cursor: 0, details: details.json)
            }
        }
    }

    private func stage(
        _ received: ImportReceiver.Received, of id: Import.ID, _ account: Account.ID, details: String
    ) async throws {
        try await database.writeRepeatable { transaction in
            guard let current = try transaction.lockImport(id, in: .receiving) else { throw CancellationError() }
            guard current.cursor == received.piece.number - 1 else { throw Self.lostPiece }
            try transaction.account(account).stage(received.piece, of: id)
            try transaction.stage(received.faults, of: id)
            try transaction.setImport(id, state: .receiving, cursor: received.piece.number, details: details)
        }
    }

    /// A database server that broke off while this process went on may have lost what it had not flushed: pieces before this
    /// one.
    private static let lostPiece = DatabaseFault.server(.away("it broke off, and a part of the file is lost"))

    private static func fault(_ details: ImportDetails) -> String? {
        if details.rows == 0 {
            return details.columns.isEmpty
                ? "The file is empty. Choose a CSV file with a header line and a row for each recipient."
                : "The file has a header line but no rows, so there is nobody to import."
        }
        if details.columns.isEmpty {
            return "No line of the file could be read as CSV. Save it again as CSV in UTF-8 and upload it again."
        }
        return nil
    }
}
