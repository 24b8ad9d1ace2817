import Campaigns
import Persistence
import Vault

/// Counts tries for one user name from everywhere, so that many addresses cannot guess one password.
///
/// A browser that has logged in as this user before is counted by itself: strangers who use up the tries of a name lock
/// out strangers, and not the user at the usual desk. Names that nobody has are counted as well, or the refusal would
/// tell which names there are.
struct LoginTries {
    static let limit = 10
    static let window = Duration.seconds(3600)

    let signer: Signer

    /// What is counted. A name is kept as a code only: people type passwords into the wrong field.
    func subject(_ key: String, user: User.ID?, known: String) -> String {
        if let user, let numbers = signer.numbers(.knownBrowser, in: known), numbers.count == 2,
            numbers[0] == user.rawValue
        {
            return "browser \(user) \(numbers[1])"
        }
        return "name " + Base64URL.encode(signer.code(.loginName, Array(key.utf8)).prefix(16))
    }

    /// The cookie of a browser in which the user has logged in just now.
    func token(for user: User.ID) -> String { signer.token(.knownBrowser, user.rawValue, .random(in: 0 ... .max)) }
}
