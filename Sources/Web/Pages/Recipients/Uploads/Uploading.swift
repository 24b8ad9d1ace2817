import CSV
import Campaigns
import Foundation
import Hummingbird
import Importing
import Logging
import NIOCore

/// Takes a CSV file. It is on disk when the handler begins and is read from there in pieces, so that its size does not
/// matter to memory; its rows are staged, and nothing is imported yet.
struct Uploading {
    let visit: Visit

    func show() async throws -> Response { try await page(Form()) }

    func receive() async throws -> Response {
        var form = Form(visit.form)
        guard let file = visit.exchange.file else {
            form.refuse("csv_file", "Please choose a CSV file first.")
            return try await page(form, .unprocessableContent)
        }
        let id = try await visit.site.imports.begin(
            account: visit.account, fileName: file.name, pieces: FilePieces(path: file.path))
        let status = try await visit.site.imports.status(id, account: visit.account)
        visit.logger.info(
            "File uploaded",
            metadata: [
                "import.id": "\(id)", "import.state": "\(status?.state.rawValue ?? "")",
                "reason": "\(status?.error ?? "")", "upload.bytes": "\(file.size)",
            ])
        // A small file is ready at once: then its preview comes without a page in between.
        try await ImportShowing.settle(id, visit)
        return visit.redirect(to: "/recipients/upload/\(id)/")
    }

    func example() -> Response {
        visit.download(named: "example.csv", contentType: "text/csv; charset=utf-8") { writer in
            let csv = CSVWriter()
            var bytes = CSVWriter.byteOrderMark
            csv.append(RecipientField.allCases.map(\.rawValue), to: &bytes)
            csv.append(
                ["ada@example.org", "Ada", "Lovelace", "Analytical Engines", "United Kingdom", "London", "", "", ""],
                to: &bytes)
            try await writer.write(ByteBuffer(bytes: bytes))
        }
    }

    private func page(_ form: Form, _ status: HTTPResponse.Status = .ok) async throws -> Response {
        let recent = try await visit.site.imports.recent(account: visit.account, limit: 20)
        let page = UploadPage(form: form, recent: recent, limit: visit.site.configuration.uploadLimit)
        return try await visit.page(page.page, status: status)
    }
}

/// The bytes of a file, 256 KiB at a time.
struct FilePieces: AsyncSequence, Sendable {
    let path: String

    struct Iterator: AsyncIteratorProtocol {
        let handle: FileHandle?

        func next() async throws -> [UInt8]? {
            guard let handle else { throw UploadProblem.cannotWrite }
            guard let data = try handle.read(upToCount: 262_144), !data.isEmpty else {
                try handle.close()
                return nil
            }
            return [UInt8](data)
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(handle: FileHandle(forReadingAtPath: path)) }
}
