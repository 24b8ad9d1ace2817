internal import Persistence
internal import Synchronization

/// Whether an address comes twice in a file, while the file arrives. Where none does and nobody is there to compare with, as
/// when somebody begins, an analysis would find nothing.
final class ReceivedAddresses: Sendable {
    /// Of how many addresses it can tell: 16 to 24 MB.
    private static let most = 1_500_000

    /// nil once one came twice, or there are too many.
    private let hashes = Mutex<AddressHashes?>(AddressHashes(capacity: 0))
    private let seed = UInt64.random(in: .min ... .max)

    /// Of all that were added. It may be false though they are, but not the other way round.
    var areDistinct: Bool { hashes.withLock { $0 != nil } }

    func add(_ piece: StagedPiece) throws {
        guard areDistinct else { return }
        let rows = try ImportRows(piece)
        hashes.withLock { hashes in
            guard var grown = hashes.take(), grown.count + rows.entries.count <= Self.most else { return }
            grown.grow(by: rows.entries.count)
            let areNew = rows.bytes.withUnsafeBytes { bytes in
                rows.entries.allSatisfy { entry in
                    let key = bytes[Int(entry.keyStart)..<Int(entry.keyStart + entry.keyCount)]
                    return grown.insert(AddressHashes.hash(UnsafeRawBufferPointer(rebasing: key), seed: seed)).isNew
                }
            }
            if areNew { hashes = grown }
        }
    }
}
