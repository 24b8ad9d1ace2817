import Campaigns
import Hummingbird
import Persistence
import Vault

/// What the links in mails lead to: without login, cookies or form token, because mail programs post here by themselves
/// (RFC 8058). The token in the address is the permission, for one account and one recipient.
func addPublicRoutes(to routes: Routes) {
    routes.publicGet("/unsubscribe/{token}/") { visit in try await Unsubscribing(visit: visit).ask() }
    routes.publicPost("/unsubscribe/{token}/") { visit in try await Unsubscribing(visit: visit).unsubscribe() }
    routes.publicPost("/unsubscribe/{token}/reason/") { visit in try await Unsubscribing(visit: visit).explain() }
    routes.publicPost("/resubscribe/{token}/") { visit in try await Unsubscribing(visit: visit).resubscribe() }
    routes.publicGet("/view/{token}/") { visit in try await MailViewing(visit: visit).answer() }
}
