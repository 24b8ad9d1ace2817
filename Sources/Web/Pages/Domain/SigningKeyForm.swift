import Campaigns
import DKIM
import Persistence

/// What a person says about a new key.
struct SigningKeyForm {
    enum Kind: String, CaseIterable {
        case both, rsa, ed25519

        var algorithms: [SignatureAlgorithm] {
            switch self {
            case .both: [.rsa, .ed25519]
            case .rsa: [.rsa]
            case .ed25519: [.ed25519]
            }
        }
    }

    var form: Form
    let isImport: Bool
    private let domain: String
    private var kind = Kind.both
    private var selector = ""

    /// The fields of the two forms of the page have names of their own: both are on it.
    var selectorField: String { isImport ? "import_selector" : "selector" }

    static func fresh(_ now: Instant) -> SigningKeyForm {
        SigningKeyForm(
            form: Form(values: [
                "kind": Kind.both.rawValue, "selector": "martlet-\(Timestamp(now).machine.prefix(7))",
                "import_selector": "",
            ]), isImport: false, domain: "")
    }

    private init(form: Form, isImport: Bool, domain: String) {
        self.form = form
        self.isImport = isImport
        self.domain = domain
    }

    init(_ data: FormData, isImport: Bool, domain: SenderDomain) {
        form = Form(data)
        self.isImport = isImport
        self.domain = domain.domain
        if domain.domain.isEmpty {
            form.refuse("Enter your From address in the sender settings first: the key is for its domain.")
        }
        if domain.keys.count + 2 > KeyAdding.most {
            form.refuse(
                "You have \(domain.keys.count) keys; \(KeyAdding.most) are possible. Remove those that you no longer use."
            )
        }
        if !isImport { kind = form.choice("kind", fallback: .both) }
        selector = form.text(selectorField, required: true, max: 63).lowercased()
        let longest = isImport ? selector : Self.selector(selector, .ed25519, of: .both)
        if !selector.isEmpty, !Self.isSelector(selector) {
            form.refuse(
                selectorField,
                "A selector has letters, digits and hyphens, and may have dots between them, such as “martlet-1”.")
        } else if KeyRecord.name(selector: longest, domain: domain.domain).utf8.count > 253 {
            form.refuse(selectorField, "The name of the record would be too long. Choose a shorter selector.")
        }
    }

    /// Makes them, or reads the one that was pasted; what is wrong is said at its field.
    mutating func keys() -> [(record: NewSigningKey, key: DomainKey)] {
        if isImport {
            do { return [pair(try DomainKey(pem: form["private_key"]), selector)] } catch {
                form.refuse("private_key", sentence: error.userMessage)
                return []
            }
        }
        return kind.algorithms.map { pair(DomainKey(making: $0), Self.selector(selector, $0, of: kind)) }
    }

    private func pair(_ key: DomainKey, _ selector: String) -> (record: NewSigningKey, key: DomainKey) {
        let record = NewSigningKey(
            domain: domain, selector: selector, algorithm: key.algorithm, bits: key.bits, publicKey: key.publicKey)
        return (record, key)
    }

    /// Two keys need two names.
    private static func selector(_ selector: String, _ algorithm: SignatureAlgorithm, of kind: Kind) -> String {
        kind == .both ? "\(selector)-\(algorithm.rawValue)" : selector
    }

    /// Labels of letters, digits and hyphens, with dots between them (RFC 6376 §3.1).
    private static func isSelector(_ text: String) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy {
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-")
                }
        }
    }
}
