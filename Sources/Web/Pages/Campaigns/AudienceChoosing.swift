import Campaigns
import Hummingbird
import Persistence

/// What the form for a campaign asks while it is filled in.
struct AudienceChoosing {
    let visit: Visit

    /// How many the campaign would go to.
    func count() async throws -> Response {
        let filter = AudienceFilter(form: visit.form)
        let size = try await visit.read { try $0.audienceSize(filter) }
        return visit.part(AudienceSize(matching: size.matching, suppressed: size.suppressed).html)
    }

    /// The picked recipients and others to pick.
    func picks() async throws -> Response {
        let filter = AudienceFilter(form: visit.form)
        let search = visit.form["pick_search"]
        let list = try await visit.read { try PickList($0, filter: filter, search: search) }
        return visit.part(list.html)
    }
}

/// "1,234 recipients, 12 of them suppressed".
struct AudienceSize: Equatable {
    let matching: Int
    let suppressed: Int

    /// Who would get a mail.
    var mailed: Int { max(0, matching - suppressed) }

    var sentence: Phrase {
        if suppressed == 0 {
            return .counted(matching, one: "\(matching) recipient", other: "\(matching) recipients")
        }
        return .counted(
            matching, one: "\(matching) recipient, \(suppressed) of them suppressed",
            other: "\(matching) recipients, \(suppressed) of them suppressed")
    }

    var html: HTML {
        """
        <strong>\(t: sentence)</strong>\
        \(if: suppressed > 0, " <a class=\"link\" href=\"/suppressions/\">\(t: "Suppression list")</a>")
        """
    }
}

/// Recipients to tick: those that are picked already, then those that are found.
struct PickList: Sendable {
    static let mostFound = 25
    /// More picked ones than these are kept without being listed.
    static let mostShown = 200

    let picked: [RecipientPick]
    /// Picked, but not listed.
    let rest: [Recipient.ID]
    let found: [RecipientPick]
    let search: String

    /// Ids that are not this account's are not found, and so they are gone from the list.
    init(_ scope: AccountScope, filter: AudienceFilter, search: String) throws {
        self.search = search.trimmed
        var ids: [Recipient.ID] = []
        if case .picked(let picked) = filter.selection { ids = picked }
        let shown = Array(ids.prefix(Self.mostShown))
        rest = Array(ids.dropFirst(Self.mostShown))
        var chosen = AudienceFilter()
        chosen.pick(shown)
        picked = shown.isEmpty ? [] : try scope.recipientPicks(chosen, limit: Self.mostShown)
        let already = Set(ids)
        found = try scope.recipientPicks(
            AudienceFilter(search: search), limit: Self.mostFound + min(already.count, 500)
        )
        .filter { !already.contains($0.id) }.prefix(Self.mostFound).map { $0 }
    }

    var html: HTML {
        """
        \(if: !rest.isEmpty, #"<input type="hidden" name="recipients" value="\#(rest.map(\.description).joined(separator: ","))">"#)\
        \(if: !picked.isEmpty, """
            <p class="text-sm font-medium">\
            \(t: .counted(picked.count + rest.count, one: "\(picked.count + rest.count) picked",
                other: "\(picked.count + rest.count) picked"))</p>
            """)\
        \(picked.map { item($0, isPicked: true) })\
        \(if: !found.isEmpty, "<p class=\"text-sm font-medium\">\(t: "To pick")</p>")\
        \(found.map { item($0, isPicked: false) })\
        \(if: found.isEmpty, "<p class=\"text-sm text-muted-foreground\">\(t: "No other recipient matches.")</p>")
        """
    }

    private func item(_ pick: RecipientPick, isPicked: Bool) -> HTML {
        """
        <label class="flex items-center gap-2 py-1"><input class="input" type="checkbox" name="recipients" \
        value="\(pick.id.rawValue)"\(if: isPicked, " checked")>\
        <span class="min-w-0 truncate">\(pick.fields.displayName)\
        \(if: pick.fields.displayName != pick.fields.email, " <span class=\"text-muted-foreground\">\(pick.fields.email)</span>")\
        </span></label>
        """
    }
}
