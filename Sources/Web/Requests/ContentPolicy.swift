import HTTPTypes

/// What a page may load and run (Content-Security-Policy), and the other headers that keep it to itself.
enum ContentPolicy: Sendable {
    /// Every page: nothing but our own files, no inline script and no inline style.
    case standard
    /// The page with the rich editor, which sets `style` attributes.
    case editor
    /// A mail shown in a sandboxed frame of ours: no script at all, its own styles, images from anywhere.
    case mail
    /// The same mail as a page of its own, whose links lead somewhere.
    case openMail

    private static let strict = """
        default-src 'none'; script-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; \
        frame-src 'self'; form-action 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'; style-src 'self'
        """

    var text: String {
        switch self {
        case .standard: Self.strict
        case .editor: Self.strict + "; style-src-attr 'unsafe-inline'"
        case .mail: "sandbox; " + Self.mailText
        case .openMail:
            "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; "
                + Self.mailText
        }
    }

    private static let mailText = """
        default-src 'none'; img-src https: http: data:; style-src 'unsafe-inline' https:; \
        font-src https: data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'
        """

    /// Sets the headers that are not there yet.
    func apply(to headers: inout HTTPFields, isSecure: Bool) {
        func set(_ name: HTTPField.Name, _ value: String) { if headers[name] == nil { headers[name] = value } }
        set(.contentSecurityPolicy, text)
        set(.xContentTypeOptions, "nosniff")
        if let name = HTTPField.Name("X-Frame-Options") { set(name, self.isFrame ? "SAMEORIGIN" : "DENY") }
        if let name = HTTPField.Name("Referrer-Policy") { set(name, "same-origin") }
        if let name = HTTPField.Name("Cross-Origin-Opener-Policy") { set(name, "same-origin") }
        if let name = HTTPField.Name("Cross-Origin-Resource-Policy") { set(name, "same-origin") }
        if let name = HTTPField.Name("Permissions-Policy") {
            set(name, "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
        }
        // Two years, as the preload lists ask for; only where the site is https at all (RFC 6797 §7.2).
        if isSecure { set(.strictTransportSecurity, "max-age=63072000; includeSubDomains") }
    }

    private var isFrame: Bool {
        if case .mail = self { true } else { false }
    }
}
