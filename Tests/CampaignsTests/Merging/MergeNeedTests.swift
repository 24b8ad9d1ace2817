import Campaigns
import Testing

@Suite struct `Fields that a template needs` {
    @Test(
        arguments: [
            ("Dear {first_name}", [MergeNeed(.firstName)]),
            ("Dear {first_name|friend}", []),
            ("{#city}in {city}{/city}", []),
            ("{^city}in {city}{/city}", [MergeNeed(.city, empty: [.city])]),
            ("{#company}{company} in {city}{/company}", [MergeNeed(.city, filled: [.company])]),
            (
                "{^company}{#city}{country}{/city}{/company}{city}",
                [
                    MergeNeed(.country, filled: [.city], empty: [.company]), MergeNeed(.city),
                ]
            ),
            ("{city} {city}", [MergeNeed(.city)]),
            // Shown to nobody.
            ("{#city}{^city}{company}{/city}{/city}", []),
            ("{email} {unsubscribe_url} {view_url} {nothing}", []),
            ("", []),
        ] as [(String, [MergeNeed])]) func `are those without a fallback and outside of their own section`(
            _ source: String, _ needs: [MergeNeed]
        )
    {
        #expect(MergeTemplate(source, as: .html).needs == needs)
    }

    @Test func `are missing exactly where a mail would have a gap`() {
        let template = MergeTemplate("{^company}{#city}[{country}]{/city}{/company}({free_field1})", as: .text)
        for company in ["", "c"] {
            for city in ["", "c"] {
                for country in ["", "c"] {
                    var fields = RecipientFields(email: "a@example.org", company: company, country: country, city: city)
                    fields.freeField1 = "x"
                    let text = template.rendered(MergeValues(fields))
                    let isMissing = template.needs.contains { $0.isMissing(in: fields) }
                    #expect(isMissing == text.contains("[]"))
                }
            }
        }
    }
}
