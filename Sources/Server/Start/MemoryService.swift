internal import ServiceLifecycle

/// Keeps the process as small as its work: after the start, which needs much that serving does not, and every ten minutes.
struct MemoryService: Service {
    var first = Duration.seconds(1)
    var interval = Duration.seconds(600)

    func run() async throws {
        var next = first
        while true {
            let pause = next
            do { try await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) } } catch { return }
            ProcessMemory.giveBack()
            next = interval
        }
    }
}
