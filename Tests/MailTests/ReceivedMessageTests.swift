import Mail
import TestValues
import Testing

@Suite struct `Reading a message` {
    @Test func `headers are unfolded and decoded, charsets mixed`() {
        let message = ReceivedMessage(
            Array(
                """
                Subject: =?iso-8859-1?Q?Gr=FC=DFe?= =?utf-8?B?IPCfmIA=?=\r
                \tand more\r
                FROM: Bob\r
                \r
                Hi\r

                """.utf8))
        #expect(message.subject == "Grüße 😀\tand more")
        #expect(message.header("from") == "Bob")
        #expect(message.text == "Hi\r\n")
    }

    @Test func `a character split over two encoded words is put together`() {
        let message = ReceivedMessage(Array("Subject: =?utf-8?Q?=C3?= =?utf-8?Q?=BC?=\n\n".utf8))
        #expect(message.subject == "ü")
    }

    @Test func `nested parts come in order, attachments with their names`() {
        let source = """
            Content-Type: multipart/mixed; boundary="a;b"

            preamble
            --a;b
            Content-Type: multipart/alternative; boundary=c

            --c

            plain
            --c
            Content-Type: text/html; charset=UTF-8
            Content-Transfer-Encoding: base64

            PGI+4pyTPC9iPg==
            --c--
            --a;b
            Content-Type: text/csv; name=x.csv
            Content-Disposition: attachment; filename="pe\\"ople.csv"

            1,2
            --a;b--
            epilogue
            """
        let message = ReceivedMessage(Array(source.utf8))
        #expect(message.parts.map(\.contentType) == ["text/plain", "text/html", "text/csv"])
        #expect(message.html == "<b>✓</b>")
        #expect(message.text == "plain")
        #expect(message.parts[2].fileName == "pe\"ople.csv")
    }

    @Test func `a file name may be in any script (RFC 2231)`() {
        let source = "Content-Disposition: attachment; filename*=utf-8'de'Gr%C3%BC%C3%9Fe.txt\n\nx"
        #expect(ReceivedMessage(Array(source.utf8)).parts.first?.fileName == "Grüße.txt")
    }

    @Test func `any bytes are read without a crash and within the limits`() {
        var generator = SeededGenerator(seed: 5)
        let pieces = [
            "Content-Type: multipart/mixed; boundary=x\n", "--x\n", "--x--", "\n", "\r\n", "=?utf-8?B?", "?=", "=",
            "==", ": ",
            "Subject:", " ", "\"", ";", "Content-Transfer-Encoding: base64\n",
            "Content-Transfer-Encoding: quoted-printable\n",
        ]
        for _ in 0..<1000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...60, using: &generator) {
                if Bool.random(using: &generator) {
                    bytes += pieces.randomElement(using: &generator)!.utf8
                } else {
                    bytes.append(UInt8.random(in: 0...255, using: &generator))
                }
            }
            #expect(ReceivedMessage(bytes).parts.count <= 200)
        }
    }
}
