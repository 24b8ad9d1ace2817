import Foundation
import Mail
import TestValues
import Testing

/// Header fields that we write, read by two programs that are not ours: Python's email package and Perl's Encode.
@Suite(.timeLimit(.minutes(10))) struct `Header fields come back as they were written (RFC 2047)` {
    struct Read: Decodable, Equatable {
        var subject: String
        var from: String
    }

    /// The old policy, whose parsing of headers is another one than the modern policy's, and thirty times as fast.
    private static let python = """
        import sys, json, base64, email, re
        from email.header import decode_header, make_header
        from email.utils import parseaddr
        read = lambda text: str(make_header(decode_header(text)))
        out = []
        for line in json.load(open(sys.argv[1])):
            m = email.message_from_bytes(base64.b64decode(line))
            assert not m.defects, m.defects
            unfolded = lambda name: re.sub(r"\\r?\\n(?=[ \\t])", "", m[name] or "")
            out.append({"subject": read(unfolded("subject")), "from": read(parseaddr(unfolded("from"))[0])})
        json.dump(out, open(sys.argv[2], "w"))
        """

    private static let perl = """
        use strict; use warnings; use JSON::PP; use MIME::Base64; use Encode;
        my ($in, $out) = @ARGV;
        open my $f, '<', $in or die; local $/; my $list = decode_json(<$f>); my @read;
        for my $line (@$list) {
            my ($head) = split /\\r\\n\\r\\n/, decode_base64($line), 2;
            $head =~ s/\\r\\n(?=[ \\t])//g;
            my %fields = map { /^([^:]+): ?(.*)$/s ? (lc $1, $2) : () } split /\\r\\n/, $head;
            my ($name) = $fields{from} =~ /^(.*?) ?<[^<>]*>$/s;
            $name = '' unless defined $name;
            if ($name =~ /^"(.*)"$/s) { $name = decode('UTF-8', $1); $name =~ s/\\\\(.)/$1/gs; }
            else { $name = decode('MIME-Header', $name); }
            push @read, { subject => decode('MIME-Header', $fields{subject}), from => $name };
        }
        open my $o, '>', $out or die; print $o encode_json(\\@read);
        """

    private static func squeezed(_ text: String) -> String { text.filter { !$0.isWhitespace } }

    @Test func `ten thousand random subjects and names, through Python and through Perl`() async throws {
        var generator = SeededGenerator(seed: 2047)
        let texts = (0..<10_000).map { Samples.randomText($0 % 100 + 1, using: &generator) }
        let messages = try texts.map { Data(try Samples.message(from: $0, subject: $0, text: "", html: "").bytes()) }
        for program in [["python3", "-c", Self.python], ["perl", "-e", Self.perl]] {
            let results = try await ForeignParser.read(Read.self, from: messages, by: program)
            #expect(results.count == texts.count)
            for (text, result) in zip(texts, results) {
                let wanted = HeaderText.clean(text)
                let isSame =
                    // Both keep or drop white space in their own ways; the modern policy is held to it elsewhere.
                    Self.squeezed(result.subject) == Self.squeezed(wanted)
                    && Self.squeezed(result.from) == Self.squeezed(wanted)
                #expect(isSame, "\(program[0]): \(text.debugDescription) became \(result)")
            }
        }
    }
}
