import Foundation
import TestValues
import Testing

@testable import Mail

/// Mails with files, read by two programs that are not ours: Python's email package, and Perl's MIME decoding.
@Suite(.timeLimit(.minutes(5))) struct `Files of a mail come back as they were (RFC 2045, 2231, 2387)` {
    struct Read: Decodable, Equatable {
        var structure: String
        var names: [String]
        /// In base64.
        var contents: [String]
        var ids: [String]
        var text: String
        var html: String
        var defects: [String]
    }

    private static let python = """
        import sys, json, base64, email, email.policy
        out = []
        def shape(m):
            return m.get_content_type() + ("(" + ",".join(map(shape, m.get_payload())) + ")" if m.is_multipart() else "")
        for line in json.load(open(sys.argv[1])):
            m = email.message_from_bytes(base64.b64decode(line), policy=email.policy.default)
            files = [p for p in m.walk() if p.get_content_disposition()]
            body = lambda kind: (m.get_body((kind,)).get_content() if m.get_body((kind,)) else "")
            out.append(dict(structure=shape(m), names=[p.get_filename() for p in files],
                contents=[base64.b64encode(p.get_payload(decode=True)).decode() for p in files],
                ids=[str(p["content-id"] or "") for p in files], text=body("plain"), html=body("html"),
                defects=[repr(d) for p in m.walk() for d in p.defects]))
        json.dump(out, open(sys.argv[2], "w"))
        """

    /// Perl knows RFC 2231 by MIME::Parser alone, which Debian has not at hand: its parameters are put together here by the
    /// RFC, and the name of the Content-Type by Encode.
    private static let perl = """
        use strict; use warnings; use JSON::PP; use MIME::Base64; use Encode;
        my ($in, $out) = @ARGV;
        open my $f, '<', $in or die; local $/; my $list = decode_json(<$f>); my @read;
        for my $line (@$list) {
            my $mail = decode_base64($line); my (@names, @contents);
            while ($mail =~ /^Content-Type: [^\\r]*;\\r\\n name="((?:[^"]|\\r\\n )*)"\\r\\nContent-Transfer-Encoding: base64\\r\\nContent-Disposition: (.*?)\\r\\n\\r\\n(.*?)\\r\\n--/msg) {
                my ($old, $head, $body) = ($1, $2, $3);
                $head =~ s/\\r\\nContent-ID:.*//s; $head =~ s/\\r\\n(?=[ \\t])//g; $old =~ s/\\r\\n(?=[ \\t])//g;
                my $name = '';
                if ($head =~ /filename="([^"]*)"/) { $name = $1 }
                else { my %p; while ($head =~ /filename\\*(?:(\\d+)\\*)?=([^;]*)/g) { $p{$1 // 0} = $2 }
                    $name = join '', map { $p{$_} } sort { $a <=> $b } keys %p;
                    $name =~ s/^UTF-8''//; $name =~ s/%([0-9A-F]{2})/chr hex $1/ge; $name = decode('UTF-8', $name); }
                my $fallback = $old =~ /=\\?/ ? decode('MIME-Header', $old) : $old;
                (my $a = $name) =~ s/\\s//g; (my $b = $fallback) =~ s/\\s//g;
                die "fallback: $a / $b" if $a ne $b;
                push @names, $name; push @contents, encode_base64(decode_base64($body), '');
            }
            push @read, { names => \\@names, contents => \\@contents, structure => '', ids => [], text => '', html => '', defects => [] };
        }
        open my $o, '>', $out or die; print $o encode_json(\\@read);
        """

    struct Sample {
        var files: [(file: MessageFile, content: [UInt8])]
        var text = "Hi\n"
        var html = "<p>Hi</p>\n"

        func bytes() throws -> [UInt8] {
            var writer = FileWriter(files.map(\.file), identity: "secret")
            for (file, content) in files {
                writer.begin(file)
                var rest = content[...]
                var piece = 1
                while !rest.isEmpty {
                    writer.append(Array(rest.prefix(piece)))
                    rest = rest.dropFirst(piece)
                    piece = piece * 3 % 997 + 1
                }
                writer.end()
            }
            writer.finish()
            let blueprint = MessageBlueprint(from: try Samples.mailbox("Ann", "ann@example.com"))
            return blueprint.compose(
                to: try Samples.mailbox(), subject: "Files", date: Date(timeIntervalSince1970: 1_795_374_027),
                messageID: "1@example.com", html: MessageBody(Array(html.utf8)), text: MessageBody(Array(text.utf8)),
                frame: writer.frame) + writer.bytes
        }
    }

    private static func file(_ name: String, _ content: [UInt8], picture: String? = nil) -> (MessageFile, [UInt8]) {
        (
            MessageFile(
                name: FileName(name), mediaType: picture == nil ? "application/pdf" : "image/png", contentID: picture,
                size: content.count), content
        )
    }

    @Test func `only as deep as needed`() async throws {
        let (picture, attachment) = (Self.file("a.png", [1, 2], picture: "k@picture.martlet"), Self.file("b.pdf", [3]))
        let samples = [
            Sample(files: [attachment]), Sample(files: [picture]), Sample(files: [picture, attachment, attachment]),
            Sample(files: [attachment], html: ""), Sample(files: [picture], text: ""),
            Sample(files: [picture, attachment], text: ""),
        ]
        let read = try await ForeignParser.read(
            Read.self, from: samples.map { try $0.bytes() }.map { Data($0) }, by: ["python3", "-c", Self.python])
        let alternative = "multipart/alternative(text/plain,text/html)"
        #expect(
            read.map(\.structure) == [
                "multipart/mixed(\(alternative),application/pdf)", "multipart/related(\(alternative),image/png)",
                "multipart/mixed(multipart/related(\(alternative),image/png),application/pdf,application/pdf)",
                "multipart/mixed(text/plain,application/pdf)", "multipart/related(text/html,image/png)",
                "multipart/mixed(multipart/related(text/html,image/png),application/pdf)",
            ])
        #expect(read[2].ids == ["<k@picture.martlet>", "", ""])
        for (read, sample) in zip(read, samples) {
            #expect(read.defects == [])
            #expect(read.text.replacing("\r\n", with: "\n") == sample.text)
            #expect(read.html.replacing("\r\n", with: "\n") == sample.html)
        }
    }

    @Test func `names of every script, and a thousand random ones with random contents, through Python and Perl`()
        async throws
    {
        var random = SeededGenerator(seed: 2231)
        var names =
            Samples.names + ["a.pdf", "a b.pdf", "счёт № 5.pdf", "請求書.pdf", "فاتورة.pdf", "a'b%20c*.pdf", "=?x?=.pdf"]
        for length in 0..<1000 { names.append(Samples.randomText(length % 120 + 1, using: &random) + ".pdf") }
        let samples = names.map { name in
            let size = Int.random(in: 0..<400, using: &random)
            let content = (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
            return Sample(files: [Self.file(name, content + [1])], text: "x\n\n")
        }
        let messages = try samples.map { try $0.bytes() }
        for program in [["python3", "-c", Self.python], ["perl", "-e", Self.perl]] {
            let results = try await ForeignParser.read(Read.self, from: messages.map { Data($0) }, by: program)
            #expect(results.count == samples.count)
            for (sample, result) in zip(samples, results) {
                let (file, content) = sample.files[0]
                #expect(result.names == [file.name.text], "\(program[0])")
                #expect(result.contents == [Data(content).base64EncodedString()])
                #expect(result.defects == [])
            }
        }
        for (sample, message) in zip(samples, messages) {
            let part = try #require(ReceivedMessage(message).parts.last)
            #expect(part.fileName == sample.files[0].file.name.text)
            #expect(part.bytes == sample.files[0].content)
        }
    }

    @Test func `what is shared by all mails needs no change on any way`() throws {
        var random = SeededGenerator(seed: 5321)
        for length in 0..<300 {
            let content = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            let name = Samples.randomText(length % 90 + 1, using: &random)
            var writer = FileWriter([Self.file(name, content).0], identity: "x")
            writer.begin(Self.file(name, content).0)
            writer.append(content)
            writer.end()
            writer.finish()
            let text = String(decoding: writer.bytes, as: UTF8.self)
            let lines = text.components(separatedBy: "\r\n")
            #expect(lines.last == "" && lines.dropLast().last != "")
            #expect(!text.contains("  ") && !text.contains("\t"))
            for line in lines {
                #expect(line.utf8.count <= 78 && !line.hasPrefix(".") && !line.hasSuffix(" "))
                #expect(line.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
            }
        }
    }
}
