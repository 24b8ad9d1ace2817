import Campaigns
import Foundation
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Persistence
import PersistenceSQLite
import TestSupport
import Testing
import Vault

@testable import Web

@Suite(.timeLimit(.minutes(1))) struct `Pictures answered before the routes` {
    @Test func `a picture is answered at once and goes no further`() throws {
        let connection = try FrontedConnection()
        try connection.ask(connection.pixel)
        #expect(try connection.answers() == ["200 image/gif 43"])
        #expect(try connection.passedOn().isEmpty)
        #expect(connection.tracking.hits.figures.noted == 1)
    }

    @Test(arguments: [
        "/", "/track/pixel/", "/track/pixel/a%41/", "/track/pixel/a/b", "/track/pixel/a", "/track/click/x/",
    ])
    func `what the desk cannot answer alone goes on to the routes`(_ path: String) throws {
        let connection = try FrontedConnection()
        try connection.ask(path)
        #expect(try connection.answers().isEmpty)
        #expect(try connection.passedOn() == [path])
    }

    @Test func `other methods, other hosts and connections that HTTP 1_0 keeps go on to the routes`() throws {
        let connection = try FrontedConnection { $0.allowedHosts = ["mail.example.org"] }
        try connection.ask(connection.pixel, method: .HEAD, host: "mail.example.org")
        try connection.ask(connection.pixel, host: "evil.example")
        #expect(try connection.answers().isEmpty)
        #expect(try connection.passedOn().count == 2)
        let old = try FrontedConnection()
        try old.ask(old.pixel, version: .http1_0, [("Connection", "keep-alive")])
        #expect(try old.passedOn() == [old.pixel])
    }

    @Test func `a picture waits for what was asked for before it`() throws {
        let connection = try FrontedConnection()
        try connection.ask("/")
        try connection.ask(connection.pixel)
        #expect(try connection.answers().isEmpty)
        #expect(try connection.passedOn() == ["/", connection.pixel])
        for _ in 0..<2 { try connection.routesAnswer() }
        #expect(try connection.answers().count == 2)
        try connection.ask(connection.pixel)
        #expect(try connection.answers() == ["200 image/gif 43"])
    }

    @Test func `who does not read answers is not answered here`() throws {
        let connection = try FrontedConnection()
        connection.channel.isWritable = false
        try connection.ask(connection.pixel)
        #expect(try connection.answers().isEmpty)
        #expect(try connection.passedOn() == [connection.pixel])
    }

    @Test func `a connection that is to be closed is closed behind its answer`() async throws {
        let connection = try FrontedConnection()
        try connection.ask(connection.pixel, [("Connection", "close")])
        #expect(try connection.answers() == ["200 image/gif 43 close"])
        #expect(!connection.channel.isActive)
    }

    @Test func `what belongs to a picture's request goes no further, what comes behind it does`() throws {
        let connection = try FrontedConnection()
        try connection.ask(connection.pixel, body: "nobody reads this")
        try connection.ask("/health")
        #expect(try connection.answers() == ["200 image/gif 43"])
        #expect(try connection.passedOn() == ["/health"])
    }
}

@Suite struct `Connections that nobody uses` {
    private func connection() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: IdleConnectionHandler())
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private let head = HTTPServerRequestPart.head(HTTPRequestHead(version: .http1_1, method: .POST, uri: "/"))
    private let idle = IdleStateHandler.IdleStateEvent.read

    @Test func `are closed while nothing or half a request has come`() throws {
        let silent = try connection()
        silent.pipeline.fireUserInboundEventTriggered(idle)
        #expect(!silent.isActive)
        let slow = try connection()
        try slow.writeInbound(head)
        slow.pipeline.fireUserInboundEventTriggered(idle)
        #expect(!slow.isActive)
    }

    @Test func `stay while an answer is on its way, however long that takes`() throws {
        let channel = try connection()
        try channel.writeInbound(head)
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        channel.pipeline.fireUserInboundEventTriggered(idle)
        #expect(channel.isActive)
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
        channel.pipeline.fireUserInboundEventTriggered(idle)
        #expect(!channel.isActive)
    }
}

@Suite(.timeLimit(.minutes(1))) struct `Answers that nobody takes` {
    /// How often this process has the file open.
    private func handles(of path: String) -> Int {
        let folder = "/proc/self/fd"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + $0)) == path
        }.count
    }

    @Test func `are given up, with their connection and their file`() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.file("assets/static/large.js")
        try FileManager.default.createDirectory(
            atPath: folder.file("assets/static"), withIntermediateDirectories: true)
        // More than the kernel keeps for a connection.
        try Data(repeating: 65, count: 32 << 20).write(to: URL(fileURLWithPath: path))
        try await withServer(in: folder, configure: { $0.idlePatience = .milliseconds(200) }) { site in
            let connection = try RawConnection(port: site.port)
            connection.send("GET /static/large.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            while handles(of: path) == 0 { try await Task.sleep(for: .milliseconds(1)) }
            while handles(of: path) > 0 { try await Task.sleep(for: .milliseconds(5)) }
            // On a busy machine this connection, too, may be quiet for too long: then the next one asks.
            var style: String?
            while style == nil { style = try? await site.browser().get("/static/app.css").body }
            #expect(style == "body{}")
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct `Pictures and pages on one connection` {
    @Test func `requests that come together are answered in their order`() async throws {
        try await withSite { site in
            let mails = try await ReadMails(site)
            _ = try await site.browser().get(mails.click(0, 1))
            let paths = [
                mails.pixel(0), "/health", mails.click(1, 1), mails.pixel(1), "/no/such/page/", mails.click(2, 0),
                mails.pixel(2),
            ]
            let connection = try RawConnection(port: site.port)
            let requests = paths.enumerated().map { index, path in
                "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Thunderbird\r\n"
                    + (index == paths.count - 1 ? "Connection: close\r\n\r\n" : "\r\n")
            }
            connection.send(requests.joined())
            let text = await connection.received(upTo: "nothing ends it but the server")
            let found = text.matches(of: /HTTP\/1.1 ([0-9]{3})/).map { Int($0.1)! }
            #expect(found == [200, 200, 302, 200, 404, 302, 200])
            #expect(text.contains("Date: ") && text.contains(" GMT\r\n"))
            try await site.settleReadings()
            #expect(try await mails.tally()[.opens] == 3)
        }
    }

    @Test func `both ways give the same answer`() async throws {
        try await withSite { site in
            let mails = try await ReadMails(site)
            _ = try await site.browser().get(mails.click(0, 1))
            for path in [mails.pixel(0), mails.click(0, 1)] {
                let quick = try await site.browser().get(path)
                // Only the routes answer HEAD.
                let slow = try await site.browser().send(.HEAD, path, body: nil)
                #expect(quick.status == slow.status)
                #expect(quick.header("X-Request-ID") == nil && slow.header("X-Request-ID") != nil)
                func fields(_ answer: TestBrowser.Answer) -> Set<String> {
                    Set(
                        answer.headers.filter {
                            !["date", "x-request-id", "connection"].contains($0.name.lowercased())
                        }
                        .map { "\($0.name.lowercased()): \($0.value)" })
                }
                #expect(fields(quick) == fields(slow))
            }
        }
    }
}

/// The handler with nothing behind it: what it passes on, and what it answers.
private struct FrontedConnection {
    let channel = EmbeddedChannel()
    let tracking: Tracking
    let pixel: String
    private let folder: TemporaryFolder

    init(configure: (inout WebConfiguration) -> Void = { _ in }) throws {
        folder = try TemporaryFolder()
        tracking = Tracking(database: try SQLiteDatabase(path: folder.file("empty.sqlite")))
        let links = MailLinks(siteURL: "", signer: Signer(secret: "tests"))
        pixel = links.pixel(account: 1, message: 2)
        var configuration = WebConfiguration(assetsFolder: "", uploadsFolder: "")
        configure(&configuration)
        let desk = TrackingDesk(configuration: configuration, links: links, tracking: tracking)
        try channel.pipeline.syncOperations.addHandler(TrackingHandler(desk: desk))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    func ask(
        _ path: String, method: HTTPMethod = .GET, host: String = "127.0.0.1", version: HTTPVersion = .http1_1,
        _ headers: [(String, String)] = [], body: String? = nil
    ) throws {
        var head = HTTPRequestHead(version: version, method: method, uri: path)
        head.headers.add(contentsOf: [("Host", host)] + headers)
        try channel.writeInbound(HTTPServerRequestPart.head(head))
        if let body { try channel.writeInbound(HTTPServerRequestPart.body(ByteBuffer(string: body))) }
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
    }

    /// What the routes got: each request's path.
    func passedOn() throws -> [String] {
        var paths: [String] = []
        while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
            if case .head(let head) = part { paths.append(head.uri) }
            if case .body = part { paths.append("a body") }
        }
        return paths
    }

    /// Answers a request that was passed on.
    func routesAnswer() throws {
        try channel.writeOutbound(HTTPServerResponsePart.head(HTTPResponseHead(version: .http1_1, status: .ok)))
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
    }

    /// What was answered to the client: status, kind, octets, and whether the connection ends.
    func answers() throws -> [String] {
        var answers: [String] = []
        while let part = try channel.readOutbound(as: HTTPServerResponsePart.self) {
            switch part {
            case .head(let head):
                let words = [
                    head.headers.first(name: "Content-Type"), head.headers.first(name: "Content-Length"),
                    head.headers.first(name: "Connection"),
                ]
                answers.append((["\(head.status.code)"] + words.compactMap(\.self)).joined(separator: " "))
            case .body, .end: break
            }
        }
        return answers
    }
}
