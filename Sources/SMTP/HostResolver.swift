internal import Foundation
internal import Mail
internal import NIOCore
internal import NIOPosix

/// The addresses of a host, by the system's resolver, off the event loops.
enum HostResolver {
    static func addresses(of server: SMTPServer) async throws(SMTPFailure) -> [SocketAddress] {
        func failure(
            _ cause: SMTPFailure.Cause, _ consequence: SMTPFailure.Consequence
        ) -> SMTPFailure {
            SMTPFailure(cause, step: .resolve, consequence: consequence, host: server.host, port: server.port)
        }
        guard (1...65535).contains(server.port) else {
            throw failure(.invalidSettings("The port is \(server.port); use 1 to 65535 (587 is usual)."), .senderFault)
        }
        if let addresses = server.addresses {
            let allowed = addresses.filter(server.allowsAddress)
            guard !allowed.isEmpty else { throw failure(.forbiddenAddress, .senderFault) }
            return allowed
        }
        guard let name = DomainName.hostName(server.host) else {
            throw failure(
                .invalidSettings(
                    server.host.isEmpty
                        ? "No SMTP host is set; enter the name of your provider's mail server."
                        : "\"\(server.host.prefix(80))\" is not a host name; write it like smtp.example.org."),
                .senderFault)
        }
        let port = server.port
        let found: Result<[SocketAddress], SMTPFailure.Cause>
        do {
            found = try await NIOThreadPool.singleton.runIfActive { lookUp(name, port) }
        } catch {
            throw failure(.cancelled, .temporary)
        }
        switch found {
        case .success(let addresses):
            let allowed = addresses.filter(server.allowsAddress)
            guard !allowed.isEmpty else { throw failure(.forbiddenAddress, .senderFault) }
            return allowed
        case .failure(let cause):
            throw failure(cause, cause == .unknownHost ? .senderFault : .temporary)
        }
    }

    private static func lookUp(_ name: String, _ port: Int) -> Result<[SocketAddress], SMTPFailure.Cause> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, String(port), &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        guard code == 0 else {
            // -5 is EAI_NODATA, which glibc's public header hides: the name exists and has no address.
            if code == EAI_NONAME || code == -5 { return .failure(.unknownHost) }
            return .failure(.resolverFailed(String(cString: gai_strerror(code))))
        }
        var addresses: [SocketAddress] = []
        var next = list
        while let entry = next {
            if let address = entry.pointee.ai_addr, let socketAddress = Self.address(entry.pointee, address, name) {
                addresses.append(socketAddress)
            }
            next = entry.pointee.ai_next
        }
        return addresses.isEmpty ? .failure(.unknownHost) : .success(addresses)
    }

    private static func address(
        _ entry: addrinfo, _ pointer: UnsafeMutablePointer<sockaddr>, _ name: String
    ) -> SocketAddress? {
        switch entry.ai_family {
        case AF_INET:
            pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { SocketAddress($0.pointee, host: name) }
        case AF_INET6:
            pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { SocketAddress($0.pointee, host: name) }
        default: nil
        }
    }
}

extension SMTPFailure.Cause: Error {}
