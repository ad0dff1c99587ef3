# SPDX-License-Identifier: Apache-2.0
"""Postfix as our next hop, outbound in `store` and inbound in `through`: it understands what we
send, and what it refuses comes back as it should."""
from support.gateway import listener
from support.mail import message
from support.reports import Report, is_report
from support.scenario import check, equal, eventually, run


def main(s):
    sink = s.peer()
    postfix = s.postfix(relayhost=sink.port, settings={"message_size_limit": "1000000"})
    gateway = s.gateway(next_hop=postfix, config={"listener": [listener(), listener("inbound")]})

    for name, sender, domain in (("outbound", "alice@managed.example", "partner.example"),
                                 ("inbound", "stranger@world.example", "managed.example")):
        sink.clear()
        with gateway.client(name) as client:
            for n in range(50):
                recipients = [f"r{n}@{domain}", f"s{n}@{domain}"]
                reply = client.transaction(sender, recipients, message(
                    sender, recipients[0], body=f".\nbody {n}\n" * (n + 1)))
                check(reply.is_(250), f"{name}, message {n}: {reply}")
        eventually(lambda: sum(len(m.recipients) for m in sink.messages) >= 100, "all arrive", 30)
        equal(sorted(r for m in sink.messages for r in m.recipients),
              sorted(f"{c}{n}@{domain}" for n in range(50) for c in "rs"), f"{name}: who got mail")
        for received in sink.messages:
            n = int(received.recipients[0][1:].partition("@")[0])
            check(received.content.endswith(b".\r\nbody %d\r\n" % n * (n + 1)), f"message {n}")
    with gateway.client() as client:
        reply = client.transaction("älice@managed.example", "bøb@partner.example",
                                   message("älice@managed.example", "bøb@partner.example"),
                                   mail="SMTPUTF8 BODY=8BITMIME")
        check(reply.is_(250), f"SMTPUTF8: {reply}")
    sink.wait(1, match=lambda m: m.recipients == ["bøb@partner.example"])

    # Larger than the next hop takes: outbound a report, inbound a refusal in the session.
    sink.clear()
    large = message(body="x" * 76 + "\n", subject="large") + (b"y" * 76 + b"\r\n") * 16_000
    reply = gateway.send("alice@managed.example", "bob@partner.example", large)
    check(reply.is_(250), f"store: {reply}")
    report = Report(sink.wait(1, match=is_report)[0])
    block = report.recipient("bob@partner.example")
    check(str(block["Status"]).strip() in ("5.3.4", "5.2.3"), f"Status {block['Status']}")
    reply = gateway.send("stranger@world.example", "alice@managed.example", large, "inbound")
    check(reply.code == 552, f"through: {reply}")
    equal(gateway.queue(), [], "queue")
    gateway.stop()


if __name__ == "__main__":
    run(main)
