# SPDX-License-Identifier: Apache-2.0
"""8-bit content towards a next hop without 8BITMIME: a defined answer, and never an octet over 127
on a wire that did not offer it. (H14)"""
from support.gateway import listener
from support.mail import added_above, crlf, message
from support.peer import EXTENSIONS
from support.reports import Report, is_report
from support.scenario import check, equal, run

SENDER = "alice@managed.example"


def main(s):
    can = s.peer()
    cannot = s.peer(extensions=["PIPELINING", "SIZE"])
    gateway = s.gateway(config={
        "route": [{"domain": "*", "next_hop": f"127.0.0.1:{can.port}", "tls": "none"},
                  {"domain": "old.example", "next_hop": f"127.0.0.1:{cannot.port}", "tls": "none"}],
        "listener": [listener(), listener("through", mode="through")]})
    eight = crlf(f"From: <{SENDER}>\nSubject: 8bit\nMIME-Version: 1.0\n"
                 "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n"
                 "Message-ID: <8@managed.example>\n\nGrüße\n")
    seven = message(SENDER)
    equal("8BITMIME" in EXTENSIONS, True, "the good peer offers 8BITMIME")

    for name in ("outbound", "through"):
        can.clear()
        cannot.clear()
        reply = gateway.send(SENDER, "bob@partner.example", eight, name, mail="BODY=8BITMIME")
        check(reply.is_(250), f"{name}: {reply}")
        received = can.wait(1)[0]
        equal(received.mail_parameters.get("BODY"), "8BITMIME", "BODY at a next hop that can")
        added_above(received, eight)

        # 7-bit content declared as 8BITMIME is plain mail for the old hop.
        check(gateway.send(SENDER, "seven@old.example", seven, name, mail="BODY=8BITMIME").is_(250),
              "7-bit content declared 8BITMIME")
        received = cannot.wait(1)[0]
        check("BODY" not in received.mail_parameters, "BODY to a next hop without 8BITMIME")
        added_above(received, seven)

        # 8-bit content: refused with 5.6.3, in the session or by a report.
        reply = gateway.send(SENDER, "bob@old.example", eight, name, mail="BODY=8BITMIME")
        if name == "through":
            check(500 <= reply.code < 600 and reply.enhanced == "5.6.3", f"through: {reply}")
        else:
            check(reply.is_(250), f"store: {reply}")
            report = Report(can.wait(1, match=is_report)[0])
            equal(str(report.recipient("bob@old.example")["Status"]).strip(), "5.6.3", "Status")
        for connection in cannot.connections:
            check(max(connection.raw_in, default=0) < 0x80, "8-bit octets on a 7-bit wire")
    gateway.stop()


if __name__ == "__main__":
    run(main)
