import Campaigns
import Testing

@Suite struct `Audience filter` {
    private let anna = RecipientFields(email: "anna@example.org", firstName: "Anna", city: "Köln")
    private let id = Recipient.ID(rawValue: 5)

    @Test func `an empty filter means everybody`() throws {
        #expect(AudienceFilter().isEmpty)
        #expect(AudienceFilter().json == "{}")
        #expect(try AudienceFilter(json: "{}") == AudienceFilter())
        #expect(AudienceFilter().matches(id, anna))
    }

    @Test(arguments: [
        (["city": "koln"], true), (["city": "KÖLN", "first_name": "nn"], true), (["city": "Bonn"], false),
        (["q": "EXAMPLE"], true), (["search": "Anna"], true), (["first_name": "  "], true),
        (["recipients": "4,5"], true),
        (["recipients": "4"], false), (["recipients": "4", "selection": "all"], true), (["selection": "picked"], false),
        (["search": "anna@example.orgAnna"], false),
    ]) func `all conditions hold at once, ignoring case and accents`(_ form: [String: String], _ matches: Bool) {
        #expect(AudienceFilter(parameters: form.map { (name: $0.key, value: $0.value) }).matches(id, anna) == matches)
    }

    @Test func `it survives a form, a link and storage`() throws {
        let filter = AudienceFilter(
            texts: [.city: "Köln", .company: "\"a\"&b"], search: "x",
            selection: .picked([9, 3, 9].map { Recipient.ID(rawValue: $0) }))
        #expect(AudienceFilter(parameters: filter.parameters) == filter)
        #expect(try AudienceFilter(json: filter.json) == filter)
        #expect(filter.selection == .picked([Recipient.ID(rawValue: 3), Recipient.ID(rawValue: 9)]))
        #expect(filter.parameters.map(\.name) == ["company", "city", "search", "selection", "recipients"])
    }

    @Test func `ids that are none are left out, unknown parameters ignored`() {
        let filter = AudienceFilter(parameters: [(name: "recipients", value: "1,-2,x,3"), (name: "csrf", value: "abc")])
        #expect(filter.selection == .picked([Recipient.ID(rawValue: 1), Recipient.ID(rawValue: 3)]))
        #expect(filter.texts.isEmpty)
    }

    @Test(arguments: [#"{"fields":{"nope":"x"}}"#, "[]", "", #"{"recipients":"all"}"#])
    func `a stored filter that is not understood is an error, not everybody`(_ json: String) {
        #expect(throws: DecodingError.self) { try AudienceFilter(json: json) }
    }
}
