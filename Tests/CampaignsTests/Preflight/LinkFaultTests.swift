import Campaigns
import Testing

@Suite struct `Links of a mail` {
    @Test(arguments: [
        "https://example.org", "http://example.org/a?b=c#d", "HTTPS://EXAMPLE.ORG/", "https://user@example.org:8443/x",
        "mailto:ada@example.org?subject=Hello", "tel:+441234", "#top", "{unsubscribe_url}", "{free_field1}",
        "https://example.org/{city}/?id={email|none}", "https://{company|www}.example.org/", "cid:logo",
        "mailto:?subject=Read%20this",
        "mailto:ada%40example.org,bob@example.org", "mailto:{email}", "https://192.0.2.1/",
        "https://[2001:db8::1]:8443/",
        "https://example.org./", "https://a_b.example.org/", "https://{city}-x.example.org", "{#city}{/city}",
        " https://example.org", "data:image/png;base64,AAAA", "https://{free_field1}/x", "https://münchen.example/ä",
    ]) func `that can be opened have no fault`(_ link: String) { #expect(LinkFault(link: link) == nil) }

    @Test(
        arguments: [
            ("/offers", .relative), ("offers.html", .relative), ("../x", .relative), ("?x=1", .relative),
            ("//example.org/x", .relative), ("www.example.org", .noScheme), ("WWW.example.org/x", .noScheme),
            ("example.org:8080/x", .noScheme), ("#", .placeholder), ("https://", .incomplete),
            ("https:/example.org", .incomplete),
            ("https:///x", .incomplete), ("mailto:", .incomplete), ("http://localhost/x", .local),
            ("http://intranet", .local),
            ("", .placeholder), (" ", .placeholder), ("https://x..example/", .badHost),
            ("https://-x.example/", .badHost),
            ("https://.example/", .badHost), ("https://x.example!/", .badHost), ("https://127.1/", .badHost),
            ("https://[::g]/", .badHost), ("https://127.0.0.1/", .local), ("https://10.0.0.1:8080/x", .local),
            ("http://192.168.1.1", .local), ("https://[::1]/", .local), ("https://[fe80::1]/", .local),
            ("https://169.254.169.254/", .local), ("https://shop.localhost/", .local), ("https://nas.local/", .local),
            ("mailto:notanaddress", .badAddress), ("mailto:ada@example.org,bob", .badAddress),
            ("mailto:%zz@example.org", .badAddress), ("mailto:ada@x..example?subject=x", .badAddress),
            ("https://example.org/a b", .blank), ("x{city}/y", .relative),
            ("https://example.org/" + String(repeating: "x", count: 8000), .tooLong),
        ] as [(String, LinkFault)]) func `that lead nowhere are told, and why`(_ link: String, _ fault: LinkFault)
    {
        #expect(LinkFault(link: link) == fault)
    }
}
