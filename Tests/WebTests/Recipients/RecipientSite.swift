import Campaigns
import Foundation
import Mail
import NIOHTTP1
import Persistence
import PersistenceSQLite

@testable import Web

extension TestSite {
    /// Recipients of a user's account, as a form would add them.
    @discardableResult
    func addRecipients(for name: String, _ recipients: [RecipientFields]) async throws -> [Recipient.ID] {
        let account = try await account(of: name)
        return try await database.write { tx in
            try recipients.map { fields in
                let key = try EmailAddress(fields.email).key
                guard case .written(let id) = try tx.account(account).addRecipient(fields, key: key) else {
                    throw CancellationError()
                }
                return id
            }
        }
    }

    /// The addresses of a user's recipients, in the order in which they were added.
    func addresses(of name: String) async throws -> [String] {
        let account = try await account(of: name)
        return try await database.read {
            try $0.account(account).recipients(AudienceFilter(), after: nil, limit: 10_000).map(\.fields.email)
        }
    }
}

extension TestBrowser {
    /// Sends a file in the form of the upload page, the token first.
    func upload(_ file: String, bytes: [UInt8], field: String = "csv_file", token: String? = nil) async throws -> Answer
    {
        let formToken: String
        if let token { formToken = token } else { formToken = try await get("/recipients/upload/").formToken }
        let boundary = "----" + UUID().uuidString
        var body = Array(
            """
            --\(boundary)\r
            Content-Disposition: form-data; name="csrfmiddlewaretoken"\r
            \r
            \(formToken)\r
            --\(boundary)\r
            Content-Disposition: form-data; name="\(field)"; filename="\(file)"\r
            Content-Type: text/csv\r
            \r

            """.utf8)
        body += bytes
        body += Array("\r\n--\(boundary)--\r\n".utf8)
        return try await send(
            .POST, "/recipients/upload/", [("Content-Type", "multipart/form-data; boundary=\(boundary)")], body: body)
    }

    func upload(_ file: String, _ text: String) async throws -> Answer {
        try await upload(file, bytes: Array(text.utf8))
    }
}
