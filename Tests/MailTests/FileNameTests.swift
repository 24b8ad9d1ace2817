import Mail
import Testing

@Suite struct `Names of files` {
    @Test(arguments: [
        ("../../x", "x"), ("..\\..\\evil.pdf", "evil.pdf"), ("/etc/passwd", "passwd"), ("a\0b.pdf", "ab.pdf"),
        ("tab\tand\nline.txt", "tab and line.txt"), ("invoice\u{202E}fdp.exe", "invoicefdp.exe"),
        ("\u{2066}a\u{2069}.png", "a.png"), ("CON", "_CON"), ("nul.txt", "_nul.txt"), ("com1.tar.gz", "_com1.tar.gz"),
        ("LPT¹.x", "_LPT¹.x"), ("console.txt", "console.txt"), ("", "file"), ("...", "file"), (".htaccess", "htaccess"),
        ("end. . ", "end"), ("a<b>:\"|?*.pdf", "a_b______.pdf"), ("two  spaces.txt", "two spaces.txt"),
        ("Rechnung für Zoë.pdf", "Rechnung für Zoë.pdf"), ("счёт.pdf", "счёт.pdf"), ("請求書.pdf", "請求書.pdf"),
        ("فاتورة.pdf", "فاتورة.pdf"), ("חשבונית.pdf", "חשבונית.pdf"), ("ใบแจ้งหนี้.pdf", "ใบแจ้งหนี้.pdf"),
        ("a/\u{301}..\\\u{301}b.txt", "\u{301}b.txt"), (".\u{301}htaccess", "\u{301}htaccess"),
        ("👨‍👩‍👧‍👦 family.png", "👨‍👩‍👧‍👦 family.png"), ("e\u{301}.txt", "é.txt"),
    ])
    func `are made safe, and letters of every script stay`(_ raw: String, _ wanted: String) {
        #expect(FileName(raw).text == wanted)
        #expect(FileName(wanted).text == wanted)
    }

    @Test func `are short enough for every file system, with their ending`() {
        for letter in ["x", "ü", "日", "👨‍👩‍👧‍👦"] {
            let name = FileName(String(repeating: letter, count: 3000) + ".pdf")
            #expect(name.text.utf8.count <= FileName.longest)
            #expect(name.text.hasSuffix(".pdf") && name.fileExtension == "pdf")
        }
        #expect(FileName("a." + String(repeating: "x", count: 400)).text.utf8.count <= FileName.longest)
    }
}

@Suite struct `What a file is` {
    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]
    private static let windows: [UInt8] = [0x4D, 0x5A, 0x90, 0, 3, 0, 0, 0] + [UInt8](repeating: 0, count: 120)

    @Test(
        arguments: [
            ("logo.png", png, "image/png", true), ("logo.jpg", png, "image/png", true),
            ("logo", png, "image/png", true),
            ("photo.jpeg", [0xFF, 0xD8, 0xFF, 0xE0], "image/jpeg", true),
            ("a.webp", Array("RIFF....WEBP".utf8), "image/webp", true),
            ("a.gif", Array("GIF89a".utf8), "image/gif", true),
            ("a.pdf", Array("%PDF-1.7\n".utf8), "application/pdf", false),
            (
                "a.docx", [0x50, 0x4B, 3, 4], "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                false
            ),
            ("a.zip", [0x50, 0x4B, 3, 4], "application/zip", false), ("a.csv", Array("a;b\n".utf8), "text/csv", false),
            ("meeting.ics", Array("BEGIN:VCALENDAR\r\n".utf8), "text/calendar", false),
            ("notes.txt", Array("Größe\n".utf8), "text/plain", false),
            ("BMW.txt", Array("BMW is a maker of cars".utf8), "text/plain", false),
            ("wide.csv", [0xFF, 0xFE, 0x61, 0, 0x3B, 0], "text/csv", false),
            ("data.bin", [1, 2, 3, 0, 4], "application/octet-stream", false),
        ] as [(String, [UInt8], String, Bool)])
    func `is told from its content, and its name is believed where both agree`(
        _ name: String, _ head: [UInt8], _ type: String, _ isPicture: Bool
    ) throws {
        let judgement = try FileJudgement(name: name, head: head)
        #expect(judgement.mediaType == type)
        #expect(judgement.isPicture == isPicture)
    }

    @Test(
        arguments: [
            ("invoice.pdf", windows, "a program for Windows"), ("a.png", windows, "a program for Windows"),
            ("a", [0x7F, 0x45, 0x4C, 0x46, 2], "a program for Linux"), ("a.txt", Array("#!/bin/sh\n".utf8), "a script"),
            ("a.pdf", [0x50, 0x4B, 3, 4], "a ZIP archive"), ("a.pdf", Array("hello".utf8), "plain text"),
            ("a.zip", [0x50, 0x4B, 3, 4] + Array("META-INF/MANIFEST.MF".utf8), "a Java program"),
            ("a.txt", Array("  <!DOCTYPE html><p>".utf8), "a web page"),
            ("a.png", Array("<svg onload=x>".utf8), "an SVG drawing"),
            ("run.bat", Array("echo x".utf8), ".bat can run"), ("mail.js", Array("x()".utf8), ".js can run"),
            ("page.html", Array("x".utf8), ".html can run"), ("doc.pdf\u{202E}.exe", Array("x".utf8), ".exe can run"),
            ("empty.txt", [], "it is empty"), ("a.png", [0, 1, 2], "of an unknown kind"),
            ("a.dmg", [1, 2, 3, 0], ".dmg can run"), ("x.lnk", [0x4C, 0, 0, 0, 1, 0x14, 2, 0], "a Windows shortcut"),
        ] as [(String, [UInt8], String)])
    func `is said in a sentence where it is not sent`(_ name: String, _ head: [UInt8], _ told: String) {
        let problem = #expect(throws: FileJudgement.Problem.self) { _ = try FileJudgement(name: name, head: head) }
        #expect(problem?.userMessage.contains(told) == true, "\(problem?.userMessage ?? "taken")")
    }
}
