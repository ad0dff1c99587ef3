# SPDX-License-Identifier: Apache-2.0
"""Every row of the outcome table, outbound in `through`: what the client is told is what the next
hop has, and what it has not is on our disk. (H9)"""
import re
import time

from support.gateway import listener
from support.mail import message
from support.peer import Wait
from support.reports import Report, is_report
from support.scenario import check, equal, eventually, run

SENDER = "alice@managed.example"


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={
        "listener": [listener(mode="through")],
        "delivery": {"retry": ["2s"], "patience_outbound": "2s"}})

    def send(*recipients):
        return gateway.send(SENDER, list(recipients), message())

    def delivered(recipient, count=1, seconds=20):
        found = peer.wait(count, seconds, match=lambda m: recipient in m.recipients)
        eventually(lambda: gateway.queue() == [], "the queue is empty")
        return found

    def row(**script):
        peer.clear()
        peer.script = script

    row()  # took all: its 250, at once, nothing in the queue
    reply = send("all1@p.example", "all2@p.example")
    check(reply.is_(250), f"took all: {reply}")
    check(peer.messages, "250 before the next hop had it")
    equal(gateway.queue(), [], "queue after took all")

    row(dot=[b"554 5.6.1 no such media\r\n"])  # took nothing, 5xx after the dot: that 5xx
    reply = send("dot5@p.example")
    check(reply.is_(554, "5.6.1"), f"5xx after the dot: {reply}")

    gateway.wait_log(r"\(dot5@p\.example\): refused by the next hop: 127\.0\.0\.1:\d+: 554 5\.6\.1")

    row(RCPT=lambda _, line: b"550 5.1.1 nobody\r\n")  # took nothing, all 5xx: that 5xx
    with gateway.client() as client:
        reply = client.transaction(SENDER, ["a5@p.example", "b5@p.example"], message())
    check(reply.code == 550 and reply.enhanced == "5.1.1", f"all RCPT 5xx: {reply}")
    row(MAIL=[b"550 5.7.9 go away\r\n"])
    reply = send("mail5@p.example")
    check(reply.is_(550, "5.7.9"), f"MAIL 5xx: {reply}")
    peer.never(0.5)
    equal(gateway.queue(), [], "queue after 5xx: the client has been told, no report is due")

    # took nothing, some 4xx: spool, 250
    for state in ("MAIL", "RCPT", "DATA", "dot"):
        row(**{state: [b"451 4.3.0 later\r\n"]})
        recipient = f"{state.lower()}4@p.example"
        check(send(recipient).is_(250), f"{state} 4xx")
        delivered(recipient)
        equal(sum(recipient in m.recipients for m in peer.messages), 1, f"copies after {state} 4xx")

    row()  # not reachable: spool, 250
    peer.down()
    check(send("down@p.example").is_(250), "not reachable")
    equal([r["state"] for i in gateway.queue() for r in i["recipients"]], ["pending"], "queue")
    peer.up()
    delivered("down@p.example")

    # took some: the 4xx rest is spooled, the 5xx is reported, 250
    def mixed(_, line):
        if b"five" in line:
            return b"550 5.1.1 nobody\r\n"
        return b"450 4.2.0 later\r\n" if b"four" in line and not mixed_done else None
    mixed_done = []
    row(RCPT=mixed)
    reply = send("took@p.example", "four@p.example", "five@p.example")
    check(reply.is_(250, "2.0.0"), f"took some: {reply}")
    check(re.search(r"accepted as SMTP-\d{5,}\.1$", reply.text),
          f"a 250 of our own has no trace ID: {reply}")
    report = Report(peer.wait(1, match=is_report)[0])
    equal(len(report.per_recipient), 1, "recipients reported on")
    report.recipient("five@p.example")
    mixed_done.append(True)
    delivered("four@p.example")
    for recipient in ("took@p.example", "four@p.example"):
        equal(sum(recipient in m.recipients for m in peer.messages), 1, f"copies for {recipient}")

    # took nothing, 4xx and 5xx: spool the 4xx, report the 5xx, 250
    mixed_done.clear()
    row(RCPT=mixed)
    check(send("four@p.example", "five@p.example").is_(250), "4xx and 5xx")
    Report(peer.wait(1, match=is_report)[0]).recipient("five@p.example")
    mixed_done.append(True)
    delivered("four@p.example")

    # no answer within patience: spool, 250; the attempt under way may still finish it
    row(dot=[Wait(5)])
    began = time.monotonic()
    check(send("slow@p.example").is_(250), "no answer within patience")
    took = time.monotonic() - began
    check(1.5 <= took <= 4.5, f"the client waited {took:.1f} s, patience is 2 s")
    delivered("slow@p.example")
    time.sleep(4)
    copies = sum("slow@p.example" in m.recipients for m in peer.messages)
    check(copies in (1, 2), f"{copies} copies after a lost patience")
    equal(gateway.queue(), [], "queue")
    gateway.stop()


if __name__ == "__main__":
    run(main)
