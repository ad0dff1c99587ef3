# SPDX-License-Identifier: Apache-2.0
"""The next hop refuses for good: the sender gets a report that every standard reader understands
(RFC 3464), for the refused recipients only; a report is never reported on. (H15)"""
from support.mail import message
from support.peer import OK
from support.reports import Report, is_report
from support.scenario import check, equal, eventually, run


def main(s):
    def rcpt(_, line):
        return b"550 5.1.1 <gone@partner.example> no such user\r\n" if b"gone" in line else None
    peer = s.peer({"RCPT": rcpt})
    gateway = s.gateway(next_hop=peer)
    content = message(subject="Grüße", message_id="<orig@managed.example>",
                      extra="MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n",
                      body="Body line with ü\n")
    reply = gateway.send("alice@managed.example", ["ok@partner.example", "gone@partner.example"],
                         content, mail="BODY=8BITMIME")
    check(reply.is_(250), f"after the dot: {reply}")
    peer.wait(1, match=lambda m: m.recipients == ["ok@partner.example"])
    received = peer.wait(1, match=is_report)[0]
    report = Report(received)
    equal(received.recipients, ["alice@managed.example"], "who gets the report")
    equal(len(report.per_recipient), 1, "recipients in the report")
    block = report.recipient("gone@partner.example")
    equal(str(block["Action"]).strip(), "failed", "Action")
    equal(str(block["Status"]).strip(), "5.1.1", "Status")
    check("550" in str(block["Diagnostic-Code"]) and "smtp" in str(block["Diagnostic-Code"]).lower(),
          f"Diagnostic-Code {block['Diagnostic-Code']}")
    check("Remote-MTA" in block, "Remote-MTA is missing")
    check("Arrival-Date" in report.per_message, "Arrival-Date is missing")
    check("gone@partner.example" in report.text, f"text:\n{report.text}")
    check(report.original is not None and b"orig@managed.example" in bytes(report.original),
          "the original header is not attached")
    check(all(len(line) <= 1000 for line in received.raw.split(b"\n")), "a line is too long")
    equal(is_report(received), True, "null sender")

    # Refused after the dot: the same.
    peer.clear()
    peer.script["dot"] = [b"554 5.6.0 virus found\r\n"]
    gateway.send("alice@managed.example", "dot@partner.example", message())
    report = Report(peer.wait(1, match=is_report)[0])
    equal(str(report.recipient("dot@partner.example")["Status"]).strip(), "5.6.0", "Status")

    # A reply without an enhanced code, of many lines and with odd octets, makes a sound report too.
    peer.clear()
    peer.script["dot"] = [b"550-first\r\n550-\x1b[31m\xff\xfe tricky: Action: relayed\r\n550 last\r\n"]
    gateway.send("alice@managed.example", "odd@partner.example", message())
    received = peer.wait(1, match=is_report)[0]
    report = Report(received)
    block = report.recipient("odd@partner.example")
    equal(str(block["Action"]).strip(), "failed", "Action")
    check(str(block["Status"]).strip().startswith("5."), f"Status {block['Status']}")
    check(b"\x1b" not in received.content, "a control character of the peer's reply went into a report")

    # The report itself is refused: no report of it, and an empty queue.
    peer.clear()
    peer.script["RCPT"] = lambda _, line: b"550 5.1.1 nobody\r\n"
    gateway.send("alice@managed.example", "both@partner.example", message())
    eventually(lambda: sum(b"RCPT TO:<alice@managed.example>" in c.upper().replace(
        b"ALICE@MANAGED.EXAMPLE", b"alice@managed.example") for c in peer.commands) >= 1,
        "the report is tried")
    peer.never(1.5)
    eventually(lambda: gateway.queue() == [], "the queue is empty")
    peer.script["RCPT"] = OK
    gateway.stop()


if __name__ == "__main__":
    run(main)
