/// HTML that mail programs show alike: tables for places, styles in the elements, a width that a phone has.
public enum MailLayout {
    /// A card on a grey ground: a coloured line on top, and below the text why somebody gets it and how it ends.
    ///
    /// - Parameters:
    ///   - accent: a colour such as `#0f766e`, dark enough for white text.
    ///   - kicker: what stands in the coloured line, such as the sender's name.
    ///   - body: HTML.
    public static func card(accent: String, kicker: String, body: String) -> String {
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

    /// A link that looks like a button.
    public static func button(_ text: String, to address: String, accent: String) -> String {
        """
        <p style="margin:28px 0"><a href="\(address)" style="background-color:\(accent);color:#ffffff;padding:14px 28px;border-radius:8px;text-decoration:none;font-weight:bold;display:inline-block">\(text)</a></p>
        """
    }

    /// The first line of a card.
    public static func title(_ text: String) -> String {
        #"<h1 style="margin:0 0 16px;font-size:28px;line-height:1.25">\#(text)</h1>"#
    }

    public static func heading(_ text: String) -> String {
        #"<h2 style="font-size:20px;margin:24px 0 8px">\#(text)</h2>"#
    }
}
