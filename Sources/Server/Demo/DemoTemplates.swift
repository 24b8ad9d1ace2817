/// Three mails that show what templates can do: fallbacks, sections, pictures of nothing but colour, and dark-safe type.
enum DemoTemplates {
    struct Template {
        let name: String
        let subject: String
        let previewText: String
        let html: String
    }

    static let all = [spring, newsletter, invitation]

    private static func frame(accent: String, kicker: String, body: String) -> String {
        """
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background-color:#f4f5f7;padding:24px 0">
        <tr><td align="center">
        <table role="presentation" width="600" cellpadding="0" cellspacing="0" style="max-width:600px;width:100%;background-color:#ffffff;border-radius:12px;overflow:hidden;font-family:Helvetica,Arial,sans-serif;color:#1f2937;line-height:1.6;font-size:16px">
        <tr><td style="background-color:\(accent);padding:20px 32px;color:#ffffff;font-size:14px;letter-spacing:2px;text-transform:uppercase">\(kicker)</td></tr>
        <tr><td style="padding:32px">
        \(body)
        </td></tr>
        <tr><td style="padding:20px 32px;background-color:#f9fafb;color:#6b7280;font-size:13px">
        You get this mail at {email} because you asked for it. <a href="{unsubscribe_url}" style="color:#6b7280">Unsubscribe</a> · <a href="{view_url}" style="color:#6b7280">View in the browser</a>
        </td></tr>
        </table>
        </td></tr>
        </table>
        """
    }

    private static func button(_ text: String, _ address: String, _ colour: String) -> String {
        """
        <p style="margin:28px 0"><a href="\(address)" style="background-color:\(colour);color:#ffffff;padding:14px 28px;border-radius:8px;text-decoration:none;font-weight:bold;display:inline-block">\(text)</a></p>
        """
    }

    private static let spring = Template(
        name: "Spring offer", subject: "{first_name|Hello}, a spring offer{#company} for {company}{/company}",
        previewText: "20 % off every blend until the end of the month.",
        html: frame(
            accent: "#0f766e", kicker: "Bluebird Coffee Roasters",
            body: """
                <h1 style="margin:0 0 16px;font-size:28px;line-height:1.25">Fresh beans for {city|your town}</h1>
                <p>Dear {first_name|friend},</p>
                <p>the first harvest of the year has arrived. Until the end of the month you get <strong>20 % off</strong> every blend{#company}, and {company} gets free delivery to the office{/company}.</p>
                <table role="presentation" width="100%" cellpadding="12" style="border:1px solid #e5e7eb;border-radius:8px;margin:16px 0"><tr><td><strong>Morning</strong><br>light, floral</td><td><strong>Noon</strong><br>round, nutty</td><td><strong>Night</strong><br>decaf, cocoa</td></tr></table>
                \(button("Choose your beans", "https://example.com/spring", "#0f766e"))
                <p>See you soon,<br>the people at Bluebird</p>
                """))

    private static let newsletter = Template(
        name: "Monthly newsletter", subject: "What happened in the workshop this month",
        previewText: "A new kiln, open evenings, and a thank-you.",
        html: frame(
            accent: "#4338ca", kicker: "The workshop letter",
            body: """
                <h1 style="margin:0 0 16px;font-size:28px;line-height:1.25">Three things from the workshop</h1>
                <p>Hello {first_name|there},</p>
                <h2 style="font-size:20px;margin:24px 0 8px">1. The new kiln</h2>
                <p>It is larger, quieter and uses a third less power. The first glazes came out last Tuesday.</p>
                <h2 style="font-size:20px;margin:24px 0 8px">2. Open evenings</h2>
                <p>Every second Thursday, no registration needed.{#city} If {city} is too far, we stream the first hour.{/city}</p>
                <h2 style="font-size:20px;margin:24px 0 8px">3. A thank-you</h2>
                <p>You have been with us since {free_field2|the beginning}. That means a lot.</p>
                \(button("Read everything", "https://example.com/letter", "#4338ca"))
                """))

    private static let invitation = Template(
        name: "Invitation", subject: "An invitation for {first_name|you}",
        previewText: "Summer evening, 20 June: will you come?",
        html: frame(
            accent: "#be123c", kicker: "Save the date",
            body: """
                <h1 style="margin:0 0 16px;font-size:28px;line-height:1.25">Summer evening, 20 June</h1>
                <p>Dear {first_name|guest} {last_name},</p>
                <p>we would like to invite you{#company} and your colleagues at {company}{/company} to our summer evening by the river. Music from seven, dinner at eight.</p>
                <ul><li>Old Boathouse, River Lane 4</li><li>Doors open at 18:30</li><li>{^country}Let us know where you travel from{/country}{#country}Travelling from {country}? We have rooms nearby{/country}</li></ul>
                \(button("Yes, I will come", "https://example.com/yes", "#be123c"))
                """))
}
