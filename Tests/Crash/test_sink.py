"""The sink is what everything else is measured by, so it is looked at first."""

import contextlib
import hashlib
import json
import smtplib

import pytest

from journal import Reader
from product import SinkProcess

MAIL = "Message-ID: <1@example.com>\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\nFeedback-ID: 7:1:martlet\r\n\r\n.dot\r\nend\r\n"


def client(sink):
    return smtplib.SMTP("127.0.0.1", sink.port, timeout=10)


def send(sink, recipient="a@example.org", mail=MAIL):
    with client(sink) as smtp:
        return smtp.sendmail("us@example.com", recipient, mail)


def test_what_was_accepted_is_in_the_journal_with_its_identity_and_bytes(tmp_path):
    with SinkProcess(tmp_path / "journal") as sink:
        send(sink)
        # Before the sink has ended: what was accepted is on the disk.
        records = Reader(sink.journal).read()
    entry, = records.accepted[7, "a@example.org"]
    assert (entry.message_id, entry.date) == ("<1@example.com>", "Sun, 22 Nov 2026 10:00:00 +0000")
    assert entry.sha256 == hashlib.sha256(MAIL.encode()).hexdigest()


@pytest.mark.parametrize("do, code", [("4yz", 451), ("5yz", 550), ("421", 421)])
@pytest.mark.parametrize("at", ["mail", "rcpt", "data", "dot"])
def test_what_was_refused_is_not_in_the_journal(tmp_path, at, do, code):
    rules = json.dumps([{"at": at, "do": do}])
    with SinkProcess(tmp_path / "journal", rules=rules) as sink:
        with pytest.raises((smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused, smtplib.SMTPServerDisconnected)):
            send(sink)
    records = Reader(sink.journal).read()
    assert not records.entries
    assert [refusal["code"] for refusal in records.refused][:1] == [code]


@pytest.mark.parametrize("do", ["reset", "half"])
@pytest.mark.parametrize("loses", [False, True])
def test_a_swallowed_answer_says_nothing_about_what_was_kept(tmp_path, do, loses):
    rules = json.dumps([{"at": "dot", "do": do, "loses": loses}])
    with SinkProcess(tmp_path / "journal", rules=rules) as sink:
        # smtplib takes half a reply for a whole one, which Martlet must not.
        with contextlib.suppress(smtplib.SMTPServerDisconnected, ConnectionError):
            send(sink)
    records = Reader(sink.journal).read()
    assert (len(records.entries), len(records.lost)) == ((0, 1) if loses else (1, 0))


def test_a_rule_holds_for_its_share_of_the_recipients_the_same_each_time(tmp_path):
    rules = json.dumps([{"at": "rcpt", "do": "5yz", "share": 0.3}])
    refused = []
    for number in range(2):
        with SinkProcess(tmp_path / str(number), rules=rules, seed="x") as sink, client(sink) as smtp:
            smtp.ehlo()
            codes = []
            for person in range(60):
                smtp.mail("us@example.com")
                codes.append(smtp.rcpt(f"p{person}@example.org")[0])
            refused.append(codes)
    assert refused[0] == refused[1]
    assert 5 <= refused[0].count(550) <= 35
