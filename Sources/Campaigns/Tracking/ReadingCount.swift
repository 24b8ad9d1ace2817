/// What is counted of a campaign's readers. The raw value is what the database says.
public enum ReadingCount: String, Sendable, Hashable, CaseIterable {
    /// Openings, of machines too.
    case opens
    case humanOpens = "human_opens"
    /// Messages that were opened at least once, or in which a person clicked: whoever sees no pictures can do that.
    case opened
    case humanOpened = "human_opened"
    /// Clicks, of machines too.
    case clicks
    case humanClicks = "human_clicks"
    /// Messages in which at least one link was clicked.
    case clicked
    case humanClicked = "human_clicked"
    /// Recipients who unsubscribed by a link of this campaign.
    case unsubscribed
    /// Messages that the receiving server refused for good (5yz), and those that came back after it had taken them.
    case bounced
    /// Of these, those that came back.
    case returned
    /// Recipients who reported a mail of it as unwanted.
    case complained
}
