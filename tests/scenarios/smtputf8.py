# SPDX-License-Identifier: Apache-2.0
"""Internationalised addresses: carried to a next hop that can, never broken for one that cannot.
(H14)"""
from support.gateway import listener
from support.mail import added_above, crlf
from support.peer import EXTENSIONS
from support.reports import Report, is_report
from support.scenario import check, equal, run

SENDER, RECIPIENT = "älice@managed.example", "bøb@partner.example"


def main(s):
    can = s.peer()
    cannot = s.peer(extensions=[e for e in EXTENSIONS if e != "SMTPUTF8"])
    routes = [{"domain": "*", "next_hop": f"127.0.0.1:{can.port}", "tls": "none"},
              {"domain": "old.example", "next_hop": f"127.0.0.1:{cannot.port}", "tls": "none"}]
    gateway = s.gateway(config={
        "route": routes, "domain": [{"name": "managed.example"}, {"name": "bücher.example"}],
        "listener": [listener(), listener("through", mode="through")]})
    content = crlf(f"From: Älice <{SENDER}>\nTo: <{RECIPIENT}>\nSubject: Grüße 你好\n"
                   "Message-ID: <u1@managed.example>\n\nKörper\n")

    for name in ("outbound", "through"):
        can.clear()
        cannot.clear()
        with gateway.client(name) as client:
            check("SMTPUTF8" in client.extensions and "8BITMIME" in client.extensions, "offered")
            reply = client.transaction(SENDER, RECIPIENT, content, mail="BODY=8BITMIME SMTPUTF8")
            check(reply.is_(250), f"{name}: {reply}")
            received = can.wait(1)[0]
            equal((received.sender, received.recipients), (SENDER, [RECIPIENT]), "envelope")
            check("SMTPUTF8" in received.mail_parameters, "MAIL without SMTPUTF8")
            added_above(received, content)
            # A client that forgets BODY= is not the reason for an unannounced 8-bit body.
            can.clear()
            reply = client.transaction(SENDER, RECIPIENT, content, mail="SMTPUTF8")
            check(reply.is_(250), f"{name}, without BODY: {reply}")
            equal(can.wait(1)[0].mail_parameters.get("BODY"), "8BITMIME", "BODY at the next hop")
            # Without the parameter such an address is an error.
            reply = client.command(f"MAIL FROM:<{SENDER}>")
            check(reply.code in (550, 553, 501), f"UTF-8 address without SMTPUTF8: {reply}")
            # Invalid UTF-8 is an error with it too.
            reply = client.command(b"MAIL FROM:<\xff\xfe@managed.example> SMTPUTF8")
            check(reply.code in (501, 553), f"invalid UTF-8: {reply}")
            # An ASCII address may ask for SMTPUTF8; U-label domains are managed as their A-labels.
            reply = client.transaction("anna@bücher.example", "bob@partner.example", content,
                                       mail="SMTPUTF8 BODY=8BITMIME")
            check(reply.is_(250), f"U-label sender domain: {reply}")
        # A next hop that cannot: never downgraded.
        with gateway.client(name) as client:
            reply = client.transaction(SENDER, "bob@old.example", content,
                                       mail="BODY=8BITMIME SMTPUTF8")
        if name == "through":
            check(reply.code in (550, 553, 554) and reply.enhanced == "5.6.7", f"through: {reply}")
        else:
            check(reply.is_(250), f"store: {reply}")
            received = can.wait(1, match=is_report)[0]
            equal(received.recipients, [SENDER], "who gets the report")
            report = Report(received)
            equal(str(report.recipient("bob@old.example")["Status"]).strip(), "5.6.7", "Status")
        equal(cannot.messages, [], "sent to a next hop without SMTPUTF8")
        for line in cannot.commands:
            check(all(octet < 0x80 for octet in line), f"8-bit command: {line!r}")

    # A report about an internationalised recipient is in the form of RFC 6533.
    can.clear()
    can.script["RCPT"] = lambda _, line: b"550 5.1.1 nobody\r\n" if "bøb".encode() in line else None
    gateway.send(SENDER, RECIPIENT, content, mail="BODY=8BITMIME SMTPUTF8")
    received = can.wait(1, match=is_report)[0]
    check(b"message/global-delivery-status" in received.content, "not a global-delivery-status")
    check(b"utf-8;" in received.content.lower(), "no utf-8 address type")
    gateway.stop()


if __name__ == "__main__":
    run(main)
