#if os(Linux)
    import Foundation
    import FoundationNetworking
    import TestSupport
    import Testing

    @testable import Server

    @Suite(.timeLimit(.minutes(2))) struct `The memory of a process` {
        /// What a process holds, or has held at most, in kB.
        private func figure(_ name: String, of process: Int32) throws -> Int {
            let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("\(name):") })
            return try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) })
        }

        private func isSmallAgain(_ process: Int32) throws -> Bool {
            try figure("VmRSS", of: process) * 3 < figure("VmHWM", of: process) * 2
        }

        @Test func `is given back after a start, and the server answers as before`() async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let server = try MartletProcess(["serve", "--port", "0", "--print-port"], in: folder)
            let port = try #require(await server.nextLine().flatMap { Int($0) })
            // What the process was given does not become less by itself while nothing else wants it. The most is remembered by
            // the kernel: a start may take longer than the second after which it is given back.
            while try !isSmallAgain(server.processID) { try await Task.sleep(for: .milliseconds(20)) }
            let page = try #require(URL(string: "http://127.0.0.1:\(port)/accounts/login/"))
            let (_, response) = try await URLSession.shared.data(from: page)
            #expect((response as? HTTPURLResponse)?.statusCode == 200)
            server.send(SIGTERM)
            #expect(try await server.end().status == 0)
        }

        @Test func `is given back while others use the same code`() async throws {
            let total = await withTaskGroup(of: Int.self) { group in
                for task in 0..<8 {
                    group.addTask {
                        var sum = 0
                        for round in 0..<50 {
                            if task < 2 { ProcessMemory.giveBack() }
                            sum += "\(task) and \(round)".split(separator: " ").compactMap { Int($0) }.reduce(0, +)
                        }
                        return sum
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(total == 8 * (0..<50).reduce(0, +) + 50 * (0..<8).reduce(0, +))
        }
    }
#endif
