import Campaigns
import Mail
import TestValues
import Testing

@Suite struct `What a template's tags may take` {
    private let values = MergeValues(
        RecipientFields(email: "a@x.test", city: String(repeating: "\"", count: 500)))

    @Test func `is ten megabytes, whatever is written`() {
        let source = String(repeating: "{city}", count: 100_000)
        #expect(throws: MergeOverflow.self) { try MergeBody(MergeTemplate(source, as: .html)).body(values) }
        #expect(throws: MergeOverflow.self) { try MergeTemplate(source, as: .html).boundedText(values) }
        #expect(MergeTemplate(source, as: .html).mayOverflow)
    }

    @Test func `is more than any mail has that is meant`() throws {
        let source = String(repeating: "<p>{city}</p>", count: 3_000)
        let template = MergeTemplate(source, as: .html)
        #expect(try MergeBody(template).body(values).ownCount == 9_000_000)
        #expect(try template.boundedText(values) == template.rendered(values))
        #expect(!template.mayOverflow)
    }
}
