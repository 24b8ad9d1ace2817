internal import CMemory
internal import Foundation

/// How the process asks for memory and gives it back.
public enum ProcessMemory {
    /// From this size on a piece of memory is the kernel's again as soon as it is free.
    private static let large: Int32 = 256 << 10
    /// So much that is free at the end of the heap is kept for what comes next.
    private static let top: Int32 = 4 << 20

    /// Before the first thread is made.
    ///
    /// Left alone, glibc takes each large piece that was freed for a sign that more of its size will come, and keeps up to
    /// 32 MB of such pieces in the heap, and one heap for each thread up to eight for each processor: an import, which works
    /// on some megabytes at a time, held a third more than it used.
    public static func prepare() {
        martlet_give_memory_back(large, top, Int32(max(2, ProcessInfo.processInfo.activeProcessorCount)))
    }

    /// What was needed once, for a start or a campaign, is the kernel's again: free pages within the heaps, and the mapped
    /// pages of program and libraries, three quarters of which nobody needs between two mails.
    ///
    /// Code that is needed afterwards is mapped again from the kernel's cache as it is used, 64 KB at a time: some
    /// milliseconds for a server that works, spread over its first requests.
    static func giveBack() {
        martlet_trim_heaps()
        martlet_unmap_code()
    }
}
