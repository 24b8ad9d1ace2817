import DomainChecks

/// What the DNS says about the names that mail servers see, in words: what it means and what to do.
struct NamesView {
    let findings: [NameFinding]

    private var isInTrouble: Bool { findings.contains { $0.verdict == .bad } }

    var html: HTML {
        """
        \(if: isInTrouble, """
            <div class="alert" data-variant="destructive" role="alert">\(icon: "circle-x")\
            <h3>\(t: "Many receivers refuse mail that comes directly from a machine whose names are not in order.")</h3></div>
            """)<ol class="steps">\(findings.map(row))</ol>
        """
    }

    private func row(_ finding: NameFinding) -> HTML {
        let icon =
            switch finding.verdict {
            case .good: "circle-check"
            case .unknown: "circle-question-mark"
            case .doubtful: "circle-alert"
            case .bad: "circle-x"
            }
        return """
            <li>\(icon: icon)<div><strong>\(t: Self.title(finding))</strong><p>\(t: Self.sentence(finding))</p></div></li>
            """
    }

    private static func title(_ finding: NameFinding) -> Phrase {
        switch finding {
        case .helloIsNone(let name), .helloHasNoAddress(let name), .helloIsElsewhere(let name, _),
            .helloIsHere(let name, _), .failed(let name, _):
            "\(name)"
        case .reverseMissing(let address), .reverseDiffers(let address, _, _), .reverseIsRight(let address, _):
            "Name of \(address) (PTR)"
        case .returnMail(let domain, _), .returnMailElsewhere(let domain, _, _): "Mail to \(domain)"
        case .returnPolicy(let domain, _): "SPF of \(domain)"
        }
    }

    private static func sentence(_ finding: NameFinding) -> Phrase {
        switch finding {
        case .helloIsNone:
            "This is no name of the DNS. Enter the name that leads to this machine, such as mail.example.org."
        case .helloHasNoAddress:
            "The name has no address. Enter an A record (and AAAA, if you have IPv6) in its domain."
        case .helloIsElsewhere(_, let addresses):
            "The name leads to \(addresses.joined(separator: ", ")), which is no address of this machine’s own. If a router stands in front, check that this is its outer address; else correct the record."
        case .helloIsHere(_, let address): "The name leads to this machine (\(address))."
        case .reverseMissing:
            "The address has no name. Ask whoever gave you the address (your provider’s control panel, as a rule) to enter one: many receivers refuse mail without it."
        case .reverseDiffers(_, let names, let name):
            "The address is called \(names.joined(separator: ", ")), not \(name). Let your provider change it, or use that name here."
        case .reverseIsRight: "The address leads back to the name."
        case .returnMail(_, let found): returnMail(found)
        case .returnMailElsewhere(let domain, let hosts, let receiver):
            "Bounces arrive at \(hosts.joined(separator: ", ")), not at this Martlet, which calls itself \(receiver) there (RETURN_MAIL_NAME). They are not read unless that server hands them over. Let the MX record lead here: \(domain) MX 10 \(receiver)."
        case .returnPolicy(_, let found): FindingText.spf(found)
        case .failed(_, let failure): Phrase(sentence: failure.userMessage)
        }
    }

    private static func returnMail(_ finding: MXFinding) -> Phrase {
        switch finding {
        case .found(let hosts): "Bounces arrive at \(hosts.joined(separator: ", "))."
        case .implicit:
            "The domain has an address but no MX record. Bounces may arrive there; some receivers distrust it."
        case .null, .missing, .noDomain:
            "Nothing can be sent to this domain, so bounces are lost, and many receivers refuse such a return path. Enter an MX record."
        case .failed(let failure): Phrase(sentence: failure.userMessage)
        }
    }
}
