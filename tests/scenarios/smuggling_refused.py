# SPDX-License-Identifier: Apache-2.0
"""End of data is CRLF "." CRLF and nothing else; bare CR, bare LF and NUL are refused in commands and
content, in both modes; what the next hop receives is framed by us. (H1, H2, H3)"""
import itertools

from support.client import Closed
from support.gateway import listener
from support.mail import message
from support.scenario import check, equal, eventually, run

SENDER, RECIPIENT = "alice@managed.example", "bob@partner.example"
EVIL = b"MAIL FROM:<evil@managed.example>\r\nRCPT TO:<victim@partner.example>\r\nDATA\r\n" \
       b"Subject: smuggled\r\n\r\nevil\r\n.\r\n"

ENDINGS = [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\r\n.\r\r\n",
           b"\n.\r", b"\n\n.\r\n", b"\r\n\0.\r\n", b"\r\n.\0\r\n", b"\r\n\0.\0\r\n",
           b"\r\n.\r\0\n", b"\0\r\n.\n", b"\n\r.\r\n", b"\r\n\r.\r\n", b"\r\n.\n\r\n"]
# Whole messages with one bad octet somewhere.
SPOILS = [b"\r", b"\n", b"\0", b"\r\r\n", b"\n\r", b"\n\n"]


def refused(client, content, what):
    """The whole content is read, refused once, and the session goes on."""
    check(client.command(f"MAIL FROM:<{SENDER}>").is_(250), f"{what}: MAIL")
    check(client.command(f"RCPT TO:<{RECIPIENT}>").is_(250), f"{what}: RCPT")
    reply = client.data(content, framed=True)
    check(reply.is_(554, "5.6.0"), f"{what}: {reply}")


def commands_of_smuggler_ignored(client, ending):
    """Behind the false ending stand commands; up to the true one they are content."""
    refused(client, b"Subject: front\r\n\r\nfront" + ending + EVIL, f"{ending!r}")
    reply = client.command("NOOP")
    check(reply.is_(250), f"after {ending!r} the session does not go on: {reply}")


def bare_newlines_in_commands(gateway):
    for line in (b"MAIL FROM:<alice@managed.example>\nRCPT TO:<bob@partner.example>\r\n",
                 b"NOOP\n", b"NOOP\rNOOP\r\n", b"NO\0OP\r\n",
                 b"MAIL FROM:<alice@managed.example>\r\r\n",
                 b"RCPT TO:<bob@partner.example\r>\r\n"):
        with gateway.client() as client:
            client.send(line + b"NOOP\r\n")
            try:
                first = client.reply()
            except Closed:
                continue
            check(500 <= first.code < 600 or first.code == 421, f"{line!r}: {first}")


def good_dots_arrive(gateway, peer):
    """Dot stuffing, also with a body that BDAT carries verbatim. (H3)"""
    body = b"Subject: dots\r\n\r\n.\r\n..\r\n...\r\n.x\r\n\r\n.\r\n\r\nMAIL FROM:<e@managed.example>\r\n."
    whole = body + b"\r\n"
    with gateway.client() as client:
        check(client.transaction(SENDER, "dots@partner.example", whole).is_(250), "DATA with dots")
        if "CHUNKING" in client.extensions:
            for cut in (1, 3, len(body) // 2, len(whole) - 1):
                client.command(f"MAIL FROM:<{SENDER}>")
                client.command("RCPT TO:<dots@partner.example>")
                client.send(b"BDAT %d\r\n" % cut + whole[:cut])
                check(client.reply().is_(250), f"first chunk of {cut}")
                client.send(b"BDAT %d LAST\r\n" % (len(whole) - cut) + whole[cut:])
                reply = client.reply()
                check(reply.is_(250), f"last chunk after {cut}: {reply}")
    expected = 1 + (4 if "CHUNKING" in client.extensions else 0)
    for received in peer.wait(expected, match=lambda m: m.recipients == ["dots@partner.example"]):
        check(received.content.endswith(whole), f"dots were changed: {received.content!r}")


def octet_by_octet(gateway, peer):
    """The true ending is found however the octets come, and a false one is not."""
    content = message(recipient="slow@partner.example", body=".\n..\nx\n")
    with gateway.client() as client:
        client.command(f"MAIL FROM:<{SENDER}>")
        client.command("RCPT TO:<slow@partner.example>")
        check(client.command("DATA").code == 354, "DATA")
        for octet in content.replace(b"\r\n.", b"\r\n..") + b".\r\n":
            client.send(bytes([octet]))
        check(client.reply().is_(250), "octet by octet")
    received = peer.wait(1, match=lambda m: m.recipients == ["slow@partner.example"])[0]
    check(received.content.endswith(content), "octet by octet: changed")


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={
        "listener": [listener(), listener("through", mode="through")],
        "smtp": {"errors": 1000}})
    for name in ("outbound", "through"):
        with gateway.client(name) as client:
            for ending in ENDINGS:
                commands_of_smuggler_ignored(client, ending)
            for spoil, where in itertools.product(SPOILS, ("header", "body", "start")):
                content = {"header": b"Subject: a" + spoil + b"b\r\n\r\nbody\r\n.\r\n",
                           "body": b"Subject: a\r\n\r\nbo" + spoil + b"dy\r\n.\r\n",
                           "start": spoil + b"Subject: a\r\n\r\nbody\r\n.\r\n"}[where]
                refused(client, content, f"{spoil!r} in the {where}")
            check(client.transaction(SENDER, RECIPIENT, message()).is_(250), "good mail after all")
    bare_newlines_in_commands(gateway)
    peer.wait(2)
    good_dots_arrive(gateway, peer)
    octet_by_octet(gateway, peer)
    eventually(lambda: gateway.queue() == [], "the queue is empty")

    for received in peer.messages:
        equal(received.sender, SENDER, "sender at the next hop")
        check("victim" not in str(received.recipients), "smuggled")
    for connection in peer.connections:
        raw = connection.raw_in
        check(b"\0" not in raw, "NUL was sent to the next hop")
        check(raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n"),
              "a bare CR or LF was sent to the next hop")

    # With the setting off the peer is still handed nothing that could be read in two ways.
    peer.clear()
    gateway.write_config({"smtp": {"refuse_bare_newlines": False}})
    gateway.restart()
    for ending in ENDINGS:
        with gateway.client() as client:
            client.command(f"MAIL FROM:<{SENDER}>")
            client.command(f"RCPT TO:<{RECIPIENT}>")
            reply = client.data(b"Subject: front\r\n\r\nfront" + ending + EVIL, framed=True)
            check(reply.code in (250, 554), f"setting off, {ending!r}: {reply}")
            if b"\0" in ending:
                check(reply.code == 554, f"NUL with the setting off: {reply}")
    for connection in peer.connections:
        for line in connection.commands:
            check(b"evil@" not in line and b"victim" not in line, f"smuggled: {line!r}")
        raw = connection.raw_in
        check(raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n"),
              "setting off: a bare CR or LF was sent to the next hop")
    gateway.stop()


if __name__ == "__main__":
    run(main)
