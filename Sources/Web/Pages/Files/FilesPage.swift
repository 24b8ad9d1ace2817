import Campaigns
import Persistence

/// What takes how much of the account's room for files, what uses it, and how room is made.
struct FilesPage {
    static let path = "/files/"
    /// The largest ones; others come up when these are gone.
    static let size = 100

    let files: [StoredFile]
    /// All of the account.
    let count: Int
    let room: FileRoom

    /// Wherever a page tells how much room is taken.
    static var link: HTML { "<a class=\"link\" href=\"\(path)\">\(t: "What takes how much")</a>" }

    var page: Page {
        Page(
            title: "Files", subtitle: "Attachments and pictures of your mails, the largest first.", section: .account,
            breadcrumbs: [.init("Account", "/profile/account/")],
            body: "<div class=\"flex flex-col gap-4\">\(sum)\(files.isEmpty ? nothing : table)</div>")
    }

    private var sum: HTML {
        """
        <div class="max-w-2xl"><p class="mb-2">\(t: room.sentence)</p>\
        <progress class="meter" value="\(min(room.used, room.limit))" max="\(max(1, room.limit))" \
        aria-label="\(t: "Room that is taken")">\(t: room.sentence)</progress></div>
        """
    }

    private var nothing: HTML {
        """
        <div class="empty border"><header><figure>\(icon: "file-text")</figure><h2>\(t: "No files")</h2>\
        <p>\(t: "Files are attached, and pictures put into the text, where a template is written.")</p></header>\
        <section><a class="btn" data-variant="outline" href="/templates/">\(t: "To the templates")</a></section></div>
        """
    }

    private var table: HTML {
        """
        <p class="max-w-2xl">\(t: "Files of finished and cancelled campaigns can be removed to make room; what a template has is taken out of the template first. Mails that were sent stay as they are with their readers, and so do statistics and logs.")</p>
        <form method="post" action="\(Self.path)remove/" data-selection class="flex flex-col gap-4" \
        data-confirm="\(t: "This cannot be undone. Martlet then shows the mails that were sent without these files, in the browser of their readers too, and a copy of such a campaign has none of them.")" \
        data-confirm-title="\(t: "Remove the selected files?")" data-confirm-label="\(t: "Remove")">\(.csrfField)\
        <div class="bulk-bar" data-bulk><span>\(t: "Selected:") <span data-selected-count>0</span></span>\
        <button class="btn" data-variant="destructive" data-size="sm">\(icon: "trash-2")\(t: "Remove selected")</button></div>
        <div class="table-container" role="region" aria-label="\(t: "Files")" tabindex="0"><table class="table">
        <thead><tr><th scope="col">\(selectAll)</th>\
        <th scope="col">\(t: "Name")</th><th scope="col" class="num">\(t: "Size")</th>\
        <th scope="col">\(t: "Used by")</th></tr></thead>
        <tbody>\(files.map(row))</tbody></table></div>
        \(if: count > files.count, """
            <p>\(t: .counted(count - files.count, one: "\(count - files.count) smaller file is not shown.", other: "\(count - files.count) smaller files are not shown."))</p>
            """)</form>
        """
    }

    private var selectAll: HTML {
        guard files.contains(where: \.isFree) else { return "<span class=\"sr-only\">\(t: "Selection")</span>" }
        return """
            <input type="checkbox" class="input" data-select-all aria-label="\(t: "Select all that can be removed")">
            """
    }

    private func row(_ stored: StoredFile) -> HTML {
        let file = stored.file
        return """
            <tr><td>\(if: stored.isFree, """
                <input type="checkbox" class="input" data-select name="files" value="\(file.id.rawValue)" \
                aria-label="\(t: "Select \(file.name)")">
                """)</td>\
            <td class="wrap"><a class="link" href="/files/\(file.id.rawValue)/" download><bdi>\(file.name)</bdi></a></td>\
            <td class="num">\(ByteCount(file.size).text)</td><td class="wrap">\(uses(of: stored))</td></tr>
            """
    }

    private func uses(of stored: StoredFile) -> HTML {
        var lines: [HTML] = stored.templates.map {
            """
            <li>\(t: "Template") <a class="link" href="/templates/\($0.id.rawValue)/edit/"><bdi>\($0.name)</bdi></a></li>
            """
        }
        lines += stored.campaigns.map(line)
        let more = stored.templateCount + stored.campaignCount - stored.templates.count - stored.campaigns.count
        if more > 0 {
            lines.append("<li>\(t: .counted(more, one: "and \(more) more", other: "and \(more) more"))</li>")
        }
        if lines.isEmpty { return "\(t: "Nothing; it goes by itself a day after it was uploaded.")" }
        return "<ul>\(lines)</ul>"
    }

    private func line(_ campaign: StoredFile.InCampaign) -> HTML {
        let state: Phrase =
            campaign.isUndecided
            ? "ended, but for mails to decide about" : campaign.isHeld ? "not ended yet" : "ended"
        if campaign.isSingle { return "<li>\(t: "Single mail") (\(t: state))</li>" }
        return """
            <li>\(t: "Campaign") <a class="link" href="/campaigns/\(campaign.id.rawValue)/"><bdi>\(campaign.name)</bdi></a> \
            (\(t: state))</li>
            """
    }
}

/// What mails were sent with and Martlet has no longer.
struct FreedFilesNote {
    let files: [FreedFile]

    /// Nothing where all of it is there.
    var html: HTML? {
        guard let at = files.map(\.at).max() else { return nil }
        let names = files.map { "\($0.name) (\(ByteCount($0.size).text))" }.joined(separator: ", ")
        return """
            <div class="alert" data-variant="info" role="note">\(icon: "info")<h2>\(t: "Shown without files that were removed")</h2>\
            <section><p>\(t: "It was sent with them: \(names). Therefore its source is not the one that was sent.") \
            \(t: "Removed:") \(time: at)</p></section></div>
            """
    }
}

extension AccountScope {
    /// What mails of a campaign were sent with and is no longer stored.
    func freedFiles(of campaign: Campaign.ID) throws -> [FreedFile] {
        try self.campaign(campaign)?.contentID.map { try freedFiles(of: $0) } ?? []
    }
}
