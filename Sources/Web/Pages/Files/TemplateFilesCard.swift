import Campaigns
import Persistence

/// The attachments of a template, below its text. It is changed by itself, so that nothing that is being written is lost.
struct TemplateFilesCard {
    let template: Template.ID
    let files: [FileUse]
    /// Bytes of all files of a mail.
    let limit: Int
    let room: FileRoom
    var problem: Phrase?

    private var path: String { "/templates/\(template)/files/" }
    private var attachments: [FileUse] { files.filter { $0.kind == .attachment } }
    private var size: Int { files.reduce(0) { $0 + $1.file.size } }

    var html: HTML {
        """
        <section class="card mt-6" id="attachments" aria-labelledby="attachments-title">
        <header><h2 id="attachments-title">\(t: "Attachments")</h2>\
        <p>\(t: "Every mail of this template brings them. A campaign that has begun keeps what it sends.")</p></header>
        <section class="flex flex-col gap-4">
        \(attachments.isEmpty ? nil : table)
        <p class="text-sm text-muted-foreground">\(t: sum)</p>
        <form method="post" action="\(path)" enctype="multipart/form-data" class="form" data-hx-post="\(path)" \
        data-hx-encoding="multipart/form-data" data-hx-target="#attachments" data-hx-swap="outerHTML" \
        data-hx-disabled-elt="find button">\(.csrfField)
        <div class="field"\(if: problem != nil, " data-invalid=\"true\"")><label for="attachment">\(t: "Add files")</label>\
        <input type="file" id="attachment" name="attachment" multiple required\(if: problem != nil, " aria-invalid=\"true\"") \
        aria-describedby="\(if: problem != nil, "attachment-error ")attachment-hint">\
        \(problem.map { "<p role=\"alert\" id=\"attachment-error\">\(t: $0)</p>" as HTML })\
        <p class="hint" id="attachment-hint">\
        \(t: Self.hint(limit)) \(t: room.sentence) \(FilesPage.link)</p></div>
        <div class="form-actions"><button class="btn" data-variant="outline">\(icon: "upload")\(t: "Attach")</button></div>
        </form></section></section>
        """
    }

    static func hint(_ limit: Int) -> Phrase {
        "Up to \(ByteCount(limit).text) in all. Programs and scripts are not sent; large files are better linked."
    }

    private var sum: Phrase {
        let pictures = files.count - attachments.count
        if files.isEmpty { return "Nothing is attached." }
        let size = ByteCount(size).text
        if pictures == 0 {
            return .counted(
                attachments.count, one: "\(attachments.count) attachment, \(size).",
                other: "\(attachments.count) attachments, \(size) in all.")
        }
        return .counted(
            pictures, one: "\(size) in all, with \(pictures) picture in the text.",
            other: "\(size) in all, with \(pictures) pictures in the text.")
    }

    private var table: HTML {
        """
        <div class="table-container" role="region" aria-label="\(t: "Attached files")" tabindex="0"><table class="table">
        <thead><tr><th scope="col">\(t: "Name")</th><th scope="col">\(t: "Type")</th>\
        <th scope="col" class="num">\(t: "Size")</th>\
        <th scope="col"><span class="sr-only">\(t: "Actions")</span></th></tr></thead>
        <tbody>\(attachments.map(row))</tbody></table></div>
        """
    }

    private func row(_ use: FileUse) -> HTML {
        """
        <tr><td class="wrap"><a class="link" href="/files/\(use.file.id.rawValue)/" download><bdi>\(use.name)</bdi></a></td>\
        <td>\(use.mediaType)</td><td class="num">\(ByteCount(use.file.size).text)</td><td><div class="table-actions">\
        <form method="post" action="\(path)remove/" data-hx-post="\(path)remove/" data-hx-target="#attachments" \
        data-hx-swap="outerHTML" data-confirm="\(t: "“\(use.name)” will not be sent with this template any more.")" \
        data-confirm-title="\(t: "Remove this attachment?")" data-confirm-label="\(t: "Remove")">\(.csrfField)\
        <input type="hidden" name="file" value="\(use.file.id.rawValue)">\
        <button class="btn" data-variant="ghost" data-size="icon-sm" aria-label="\(t: "Remove \(use.name)")">\
        \(icon: "trash-2")</button></form></div></td></tr>
        """
    }
}
