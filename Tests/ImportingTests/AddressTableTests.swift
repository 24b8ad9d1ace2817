import Testing

@testable import Importing

@Suite struct `A table of addresses` {
    /// Were they all to begin their search at one place, this would take hours.
    @Test(.timeLimit(.minutes(1))) func `finds each of 300,000 where it was put`() {
        var table = AddressTable(capacity: 300_000)
        let hashes = (0..<300_000).map { (number: Int) in
            withUnsafeBytes(of: UInt64(number)) { AddressTable.hash($0, seed: 7) }
        }
        for (line, hash) in hashes.enumerated() where table.insert(hash, line: Int64(line)) != nil {
            Issue.record("line \(line) was found before it was there")
        }
        for (line, hash) in hashes.enumerated() where table.insert(hash, line: -1) != Int64(line) {
            Issue.record("line \(line) was not found")
        }
    }
}
