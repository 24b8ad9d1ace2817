/// A mail to begin with, for those who do not want to begin with nothing.
public struct MailDesign: Sendable {
    /// In addresses.
    public let id: String
    public let name: String
    /// What it is for, in a sentence.
    public let purpose: String
    public let subject: String
    public let previewText: String
    public let html: String

    public static let all = [letter, newsletter, offer, invitation, welcome, announcement]

    public static func named(_ id: String) -> MailDesign? { all.first { $0.id == id } }

    private static let letter = MailDesign(
        id: "letter", name: "Plain letter", purpose: "As if you had written it by hand: no colours, no boxes.",
        subject: "A few lines for you, {first_name|dear reader}",
        previewText: "",
        html: """
            <p>Dear {first_name|reader},</p>
            <p>say in the first line why you write. People read on if it is about them{#company}, or about {company}{/company}.</p>
            <p>Then what you have to say, in a paragraph or two. One link is enough: <a href="https://example.com/">the page it is about</a>.</p>
            <p>Ask for an answer if you want one; this mail looks as if it could be answered.</p>
            <p>Kind regards,<br>your name</p>
            <p style="color:#6b7280;font-size:13px">If you would rather not get such mails: <a href="{unsubscribe_url}" style="color:#6b7280">unsubscribe</a>.</p>
            """)

    private static let newsletter = MailDesign(
        id: "newsletter", name: "Newsletter", purpose: "Several pieces of news, each with a heading and a link.",
        subject: "This month: three pieces of news",
        previewText: "What is new, what is coming, and who has done it.",
        html: MailLayout.card(
            accent: "#4338ca", kicker: "Your newsletter",
            body: """
                \(MailLayout.title("Three pieces of news"))
                <p>Hello {first_name|there},</p>
                \(MailLayout.heading("What is new"))
                <p>Two or three sentences, and where to read more. <a href="https://example.com/new">Read more</a></p>
                \(MailLayout.heading("What is coming"))
                <p>A date, a place, and whom it is for.{#city} Say something about {city} to those who live there.{/city} <a href="https://example.com/dates">All dates</a></p>
                \(MailLayout.heading("Who has done it"))
                <p>Names and faces are what is read first.</p>
                \(MailLayout.button("Read everything", to: "https://example.com/", accent: "#4338ca"))
                """))

    private static let offer = MailDesign(
        id: "offer", name: "Offer", purpose: "One thing, what it costs, until when, and a button.",
        subject: "{first_name|Hello}, an offer until Sunday{#company} for {company}{/company}",
        previewText: "20 % off until Sunday.",
        html: MailLayout.card(
            accent: "#0f766e", kicker: "Only until Sunday",
            body: """
                \(MailLayout.title("20 % off, until Sunday"))
                <p>Dear {first_name|friend},</p>
                <p>say what it is and why it is good, in two sentences. <strong>The price belongs into the first paragraph.</strong></p>
                <table role="presentation" width="100%" cellpadding="12" style="border:1px solid #e5e7eb;border-radius:8px;margin:16px 0"><tr><td><strong>Small</strong><br>€ 9</td><td><strong>Medium</strong><br>€ 14</td><td><strong>Large</strong><br>€ 19</td></tr></table>
                \(MailLayout.button("See the offer", to: "https://example.com/offer", accent: "#0f766e"))
                <p>It ends on Sunday at midnight.</p>
                """))

    private static let invitation = MailDesign(
        id: "invitation", name: "Invitation", purpose: "A date, a place, and an answer.",
        subject: "An invitation for {first_name|you}", previewText: "20 June, 7 pm: will you come?",
        html: MailLayout.card(
            accent: "#be123c", kicker: "You are invited",
            body: """
                \(MailLayout.title("20 June, 7 pm"))
                <p>Dear {first_name|guest} {last_name},</p>
                <p>we would like to invite you{#company} and your colleagues at {company}{/company}. Say what there will be, and who else comes.</p>
                <ul><li><strong>When:</strong> Saturday, 20 June, doors open at 6.30 pm</li><li><strong>Where:</strong> the name of the place and its address</li><li><strong>Please answer by:</strong> 10 June</li></ul>
                \(MailLayout.button("Yes, I will come", to: "https://example.com/yes", accent: "#be123c"))
                """))

    private static let welcome = MailDesign(
        id: "welcome", name: "Welcome", purpose: "For those who are new: what they get, and the first step.",
        subject: "Welcome, {first_name|and thank you}", previewText: "What you will get from us, and how to begin.",
        html: MailLayout.card(
            accent: "#1d4ed8", kicker: "Welcome",
            body: """
                \(MailLayout.title("Good to have you here, {first_name|friend}"))
                <p>You will hear from us once a month. This is what others like to begin with:</p>
                <ol><li><a href="https://example.com/first">The first step</a>, which takes a minute</li><li><a href="https://example.com/second">What most people do next</a></li><li><a href="https://example.com/help">Where you get help</a></li></ol>
                \(MailLayout.button("Begin", to: "https://example.com/begin", accent: "#1d4ed8"))
                <p>Any question? Answer this mail; it reaches a person.</p>
                """))

    private static let announcement = MailDesign(
        id: "announcement", name: "Announcement",
        purpose: "One piece of news that matters: what changes, from when, what to do.",
        subject: "What changes on 1 July", previewText: "What it means for you, in three points.",
        html: MailLayout.card(
            accent: "#334155", kicker: "Announcement",
            body: """
                \(MailLayout.title("What changes on 1 July"))
                <p>Dear {first_name|customer} {last_name},</p>
                <p>the news in one sentence.</p>
                <ul><li><strong>What changes:</strong> …</li><li><strong>From when:</strong> 1 July</li><li><strong>What you have to do:</strong> nothing, or exactly this</li></ul>
                <p>Why we do it, in two sentences.</p>
                \(MailLayout.button("All details", to: "https://example.com/details", accent: "#334155"))
                """))
}
