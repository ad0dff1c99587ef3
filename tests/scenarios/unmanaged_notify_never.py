# SPDX-License-Identifier: Apache-2.0
"""An unmanaged sender whose mail would be bounced asked for no reports (NOTIFY=NEVER): there is none,
the message goes nowhere, and the log says that it failed without a report."""
from support.gateway import listener
from support.mail import message
from support.reports import Report, is_report
from support.scenario import check, equal, eventually, run

SENDER = "x@unmanaged.example"


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={
        "listener": [listener(), listener("through", mode="through")],
        "unmanaged_senders": {"action": "bounce"}})
    quiet = {"outbound": "quiet1@partner.example", "through": "quiet2@partner.example"}
    for name, recipient in quiet.items():
        reply = gateway.send(SENDER, recipient, message(SENDER), name, rcpt="NOTIFY=NEVER")
        check(reply.is_(250), f"{recipient} on {name}: {reply}")
    # One that may be told, behind them: when its report is there, theirs would be as well.
    check(gateway.send(SENDER, "told@partner.example", message(SENDER)).is_(250), "told")
    received = peer.wait(1, match=is_report)[0]
    Report(received).recipient("told@partner.example")
    eventually(lambda: gateway.queue() == [], "the queue is empty")
    peer.never(0.5, lambda m: m is not received)

    for recipient in quiet.values():
        records = gateway.log_search("--recipient", recipient)
        equal([r["verdict"] for r in records if r["verdict"] in ("bounced", "failed")], ["failed"],
              f"verdicts in the log of {recipient}: {[r['text'] for r in records]}")
        check(not any("bouncing message" in r["text"] for r in records),
              f"the log tells of a bounce that was not made: {[r['text'] for r in records]}")
    equal([r["verdict"] for r in gateway.log_search("--recipient", "told@partner.example")
           if r["verdict"] in ("bounced", "failed")], ["bounced"], "verdict of the other")
    gateway.stop()


if __name__ == "__main__":
    run(main)
