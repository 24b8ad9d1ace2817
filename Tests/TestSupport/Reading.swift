public import Foundation

#if canImport(Glibc)
    internal import Glibc
#endif

extension FileHandle {
    /// What is there to be read now; empty at the end. `availableData` ends the whole process when a signal comes.
    public func readSome() -> Data {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(fileDescriptor, &buffer, buffer.count)
            if count >= 0 { return Data(buffer.prefix(count)) }
            if errno != EINTR { return Data() }
        }
    }

    /// All until the end.
    public func readAll() -> Data {
        var all = Data()
        while true {
            let some = readSome()
            if some.isEmpty { return all }
            all += some
        }
    }
}
