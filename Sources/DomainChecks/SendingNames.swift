internal import DNS

/// One thing about the names that receivers see when mail comes straight from this machine.
public enum NameFinding: Sendable, Hashable {
    /// No domain name of the world, such as `localhost`.
    case helloIsNone(name: String)
    case helloHasNoAddress(name: String)
    /// It leads to addresses that this machine's network interfaces do not have: wrong, or there is a router in front.
    case helloIsElsewhere(name: String, addresses: [String])
    case helloIsHere(name: String, address: String)
    /// The address has no name (PTR).
    case reverseMissing(address: String)
    case reverseDiffers(address: String, names: [String], name: String)
    case reverseIsRight(address: String, name: String)
    case returnMail(domain: String, MXFinding)
    /// Bounces arrive, but not at the receiver of this name.
    case returnMailElsewhere(domain: String, hosts: [String], receiver: String)
    case returnPolicy(domain: String, SPFFinding)
    case failed(name: String, Failure)

    public var verdict: Finding.Verdict {
        switch self {
        case .helloIsHere, .reverseIsRight: .good
        case .failed: .unknown
        case .helloIsElsewhere, .returnMailElsewhere: .doubtful
        case .helloIsNone, .helloHasNoAddress, .reverseMissing, .reverseDiffers: .bad
        case .returnMail(_, let finding): finding.verdict
        case .returnPolicy(_, let finding): finding.verdict
        }
    }
}

extension DomainInspector {
    /// What receivers check of whoever connects to them (RFC 8499 calls it forward-confirmed reverse DNS), and of the
    /// domain that bounces go to.
    ///
    /// - Parameters:
    ///   - helloName: what EHLO says.
    ///   - returnDomain: empty where bounces go to the From address.
    ///   - receiver: what our receiver of returned mail calls itself; nil where there is none, or nobody knows its name.
    ///   - own: this machine's addresses, each as its octets.
    public func inspectNames(
        helloName: String, returnDomain: String, receiver: String? = nil, own: Set<[UInt8]>
    ) async -> [NameFinding] {
        async let hello = hello(helloName, own)
        guard !returnDomain.isEmpty else { return await hello }
        async let mail = returnMail(returnDomain, receiver, own)
        async let policy = spf(returnDomain)
        return await hello + [await mail, .returnPolicy(domain: returnDomain, await policy)]
    }

    private func returnMail(_ domain: String, _ receiver: String?, _ own: Set<[UInt8]>) async -> NameFinding {
        let finding = await mailExchanger(domain)
        guard let receiver, case .found(let hosts) = finding, await !leads(hosts, to: receiver, own) else {
            return .returnMail(domain: domain, finding)
        }
        return .returnMailElsewhere(domain: domain, hosts: hosts, receiver: receiver)
    }

    /// Whether one of them is the receiver by its name, or by an address: its own, or this machine's.
    private func leads(_ hosts: [String], to receiver: String, _ own: Set<[UInt8]>) async -> Bool {
        if hosts.contains(where: { $0.lowercased() == receiver.lowercased() }) { return true }
        do throws(LookupProblem) {
            let here = own.union(try await addresses(of: receiver))
            for host in hosts where try await !here.isDisjoint(with: addresses(of: host)) { return true }
            return false
        } catch {
            // Nothing is known: no alarm.
            return true
        }
    }

    private func addresses(of name: String) async throws(LookupProblem) -> [[UInt8]] {
        var addresses: [[UInt8]] = []
        for type in [RecordType.a, .aaaa] {
            do throws(LookupProblem) { addresses += try await resolver.lookUp(name, type, within: limit).records } catch
            {
                // Such as `localhost`.
                if error != .noName { throw error }
            }
        }
        return addresses
    }

    private func hello(_ name: String, _ own: Set<[UInt8]>) async -> [NameFinding] {
        guard name.contains(".") else { return [.helloIsNone(name: name)] }
        var addresses: [[UInt8]] = []
        do throws(LookupProblem) {
            for type in [RecordType.a, .aaaa] {
                addresses += try await resolver.lookUp(name, type, within: limit).records
            }
        } catch {
            return [error == .noName ? .helloIsNone(name: name) : .failed(name: name, Failure(error))]
        }
        guard !addresses.isEmpty else { return [.helloHasNoAddress(name: name)] }
        let texts = addresses.map(Self.text)
        var findings: [NameFinding] = []
        if let here = addresses.first(where: own.contains) {
            findings.append(.helloIsHere(name: name, address: Self.text(here)))
        } else {
            findings.append(.helloIsElsewhere(name: name, addresses: texts))
        }
        for address in addresses.prefix(4) { findings.append(await reverse(address, of: name)) }
        return findings
    }

    private func reverse(_ address: [UInt8], of name: String) async -> NameFinding {
        let text = Self.text(address)
        do throws(LookupProblem) {
            let names = try await resolver.lookUp(Self.reverseName(address), .ptr, within: limit).names
            if names.isEmpty { return .reverseMissing(address: text) }
            return names.contains(name.lowercased())
                ? .reverseIsRight(address: text, name: name)
                : .reverseDiffers(address: text, names: Array(names.prefix(3)), name: name)
        } catch { return .failed(name: text, Failure(error)) }
    }

    /// RFC 1035 §3.5, RFC 3596 §2.5.
    static func reverseName(_ address: [UInt8]) -> String {
        if address.count == 4 { return address.reversed().map { String($0) }.joined(separator: ".") + ".in-addr.arpa" }
        let digits = address.reversed().flatMap { [$0 & 15, $0 >> 4] }
        return digits.map { String($0, radix: 16) }.joined(separator: ".") + ".ip6.arpa"
    }

    static func text(_ address: [UInt8]) -> String {
        if address.count == 4 { return address.map { String($0) }.joined(separator: ".") }
        let groups = stride(from: 0, to: address.count - 1, by: 2).map {
            String(Int(address[$0]) << 8 | Int(address[$0 + 1]), radix: 16)
        }
        return groups.joined(separator: ":")
    }
}
