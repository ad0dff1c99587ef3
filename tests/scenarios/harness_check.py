# SPDX-License-Identifier: Apache-2.0
"""The tools of the scenarios, tried without a gateway: what the client sends the peer has octet for
octet, TLS works in both, misbehaviour happens as ordered, and a report of a real Postfix is read."""
import time

from support.awkward import messages
from support.certs import Authority, any_certificate
from support.client import Closed, SmtpClient
from support.mail import added_above, message
from support.peer import Close, Drop, Say, Trickle, Wait
from support.reports import Report, is_report
from support.scenario import check, equal, eventually, run


def octets(s):
    peer = s.peer()
    corpus = list(messages())
    with SmtpClient(peer.port).greet() as client:
        for _, content in corpus:
            check(client.transaction("a@x.example", "b@x.example", content).is_(250), "taken")
    equal(len(peer.messages), len(corpus), "messages at the peer")
    for received, (name, content) in zip(peer.messages, corpus):
        equal(received.content, content, name)
        equal(added_above(received, content), b"", name)
    changed = peer.messages[0]
    changed.content = b"X-Foreign: a\r\n" + changed.content
    try:
        added_above(changed, corpus[0][1])
    except AssertionError:
        return
    check(False, "a foreign field above the message was not seen")


def tls(s):
    authority = Authority(s.dir / "ca")
    peer = s.peer(tls=authority.server("mx.example"))
    with SmtpClient(peer.port).greet() as client:
        client.starttls(authority.client(), "mx.example")
        client.ehlo()
        check(client.transaction("a@x.example", "b@x.example", message()).is_(250), "over TLS")
    equal([m.tls for m in peer.messages], [True], "TLS at the peer")
    with SmtpClient(peer.port).greet() as client:
        try:
            client.starttls(authority.client(), "other.example")
            check(False, "a wrong name was taken")
        except OSError:
            pass
    implicit = s.peer(tls=authority.server("mx.example"), implicit_tls=True)
    client = SmtpClient(implicit.port)
    client.wrap(any_certificate())
    client.greet().quit()


def orders(s):
    peer = s.peer({
        "MAIL": [b"450 4.0.0 one\r\n", Say(b"550-two\r\n550 5.0.0 lines\r\n")],
        "RCPT": [Wait(0.5), Trickle(b"250 slow\r\n", 0.02)],
        "dot": [Wait(0.3, b"451 4.0.0 later\r\n"), Close(b"421 4.0.0 away\r\n")]})
    with SmtpClient(peer.port).greet() as client:
        equal(client.command("MAIL FROM:<a@x>").code, 450, "first of a list")
        equal(client.command("MAIL FROM:<a@x>").raw, b"550-two\r\n550 5.0.0 lines\r\n", "second")
        began = time.monotonic()
        equal(client.transaction("a@x", ["b@x", "c@x"], b"x\r\n").code, 451, "after the dot")
        check(time.monotonic() - began > 0.9, "it did not wait")
        equal(client.transaction("a@x", "b@x", b"x\r\n").code, 421, "closing")
        check(client.at_end(5), "it did not close")
    equal(peer.messages, [], "messages that were not taken")
    peer.script["connect"] = [Drop()]
    try:
        SmtpClient(peer.port).reply()
        check(False, "it did not drop")
    except Closed:
        pass
    peer.down()
    try:
        SmtpClient(peer.port)
        check(False, "it is not down")
    except ConnectionRefusedError:
        pass
    peer.up()
    SmtpClient(peer.port).greet().quit()


def real_report(s):
    peer = s.peer({"RCPT": lambda _, line: b"550 5.1.1 nobody\r\n" if b"gone" in line else None})
    postfix = s.postfix(relayhost=peer.port)
    with SmtpClient(postfix.port).greet() as client:
        check(client.transaction("a@x.example", "gone@x.example", message()).is_(250), "Postfix")
    report = Report(peer.wait(1, match=is_report)[0])
    block = report.recipient("gone@x.example")
    equal((str(block["Action"]).strip(), str(block["Status"]).strip()), ("failed", "5.1.1"), "block")
    check(report.returns_content or report.original is not None, "the original is attached")
    eventually(postfix.queue_is_empty, "Postfix is done")


def main(s):
    octets(s)
    tls(s)
    orders(s)
    real_report(s)


if __name__ == "__main__":
    run(main)
