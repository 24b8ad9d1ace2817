internal import Markup

/// Three mails that show what templates can do: fallbacks, sections, pictures of nothing but colour, and dark-safe type.
enum DemoTemplates {
    struct Template {
        let name: String
        let subject: String
        let previewText: String
        let html: String
    }

    static let all = [spring, newsletter, invitation]

    private static let spring = Template(
        name: "Spring offer", subject: "{first_name|Hello}, a spring offer{#company} for {company}{/company}",
        previewText: "20 % off every blend until the end of the month.",
        html: MailLayout.card(
            accent: "#0f766e", kicker: "Bluebird Coffee Roasters",
            body: """
                \(MailLayout.title("Fresh beans for {city|your town}"))
                <p>Dear {first_name|friend},</p>
                <p>the first harvest of the year has arrived. Until the end of the month you get <strong>20 % off</strong> every blend{#company}, and {company} gets free delivery to the office{/company}.</p>
                <table role="presentation" width="100%" cellpadding="12" style="border:1px solid #e5e7eb;border-radius:8px;margin:16px 0"><tr><td><strong>Morning</strong><br>light, floral</td><td><strong>Noon</strong><br>round, nutty</td><td><strong>Night</strong><br>decaf, cocoa</td></tr></table>
                \(MailLayout.button("Choose your beans", to: "https://example.com/spring", accent: "#0f766e"))
                <p>See you soon,<br>the people at Bluebird</p>
                """))

    private static let newsletter = Template(
        name: "Monthly newsletter", subject: "What happened in the workshop this month",
        previewText: "A new kiln, open evenings, and a thank-you.",
        html: MailLayout.card(
            accent: "#4338ca", kicker: "The workshop letter",
            body: """
                \(MailLayout.title("Three things from the workshop"))
                <p>Hello {first_name|there},</p>
                \(MailLayout.heading("1. The new kiln"))
                <p>It is larger, quieter and uses a third less power. The first glazes came out last Tuesday.</p>
                \(MailLayout.heading("2. Open evenings"))
                <p>Every second Thursday, no registration needed.{#city} If {city} is too far, we stream the first hour.{/city}</p>
                \(MailLayout.heading("3. A thank-you"))
                <p>You have been with us since {free_field2|the beginning}. That means a lot.</p>
                \(MailLayout.button("Read everything", to: "https://example.com/letter", accent: "#4338ca"))
                """))

    private static let invitation = Template(
        name: "Invitation", subject: "An invitation for {first_name|you}",
        previewText: "Summer evening, 20 June: will you come?",
        html: MailLayout.card(
            accent: "#be123c", kicker: "Save the date",
            body: """
                \(MailLayout.title("Summer evening, 20 June"))
                <p>Dear {first_name|guest} {last_name},</p>
                <p>we would like to invite you{#company} and your colleagues at {company}{/company} to our summer evening by the river. Music from seven, dinner at eight.</p>
                <ul><li>Old Boathouse, River Lane 4</li><li>Doors open at 18:30</li><li>{^country}Let us know where you travel from{/country}{#country}Travelling from {country}? We have rooms nearby{/country}</li></ul>
                \(MailLayout.button("Yes, I will come", to: "https://example.com/yes", accent: "#be123c"))
                """))
}
