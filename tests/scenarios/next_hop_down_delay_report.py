# SPDX-License-Identifier: Apache-2.0
"""A next hop refuses connections for long while several messages wait for it: each sender is told of
the delay and then of the failure, with the head of the message, and the gateway goes on."""
from support.mail import message
from support.reports import Report, is_report
from support.scenario import check, equal, eventually, run

SENDER = "alice@managed.example"


def main(s):
    down, up = s.peer(), s.peer()
    down.down()
    gateway = s.gateway(next_hop=down, config={
        "delivery": {"retry": ["1s"], "warn_after": "1s", "give_up_after": "6s"},
        "route": [{"domain": "managed.example", "next_hop": f"127.0.0.1:{up.port}", "tls": "none"},
                  {"domain": "*", "next_hop": f"127.0.0.1:{down.port}", "tls": "none"}]})
    recipients = [f"r{n}@partner.example" for n in range(3)]
    for recipient in recipients:
        reply = gateway.send(SENDER, recipient, message(subject=f"for {recipient}"))
        check(reply.is_(250), f"{recipient}: {reply}")

    def told(action):
        return sorted(str(block["Final-Recipient"]).partition(";")[2].strip()
                      for received in list(up.messages)
                      for block in Report(received).per_recipient
                      if str(block["Action"]).strip() == action)
    for action in ("delayed", "failed"):
        eventually(lambda: not gateway.alive() or len(told(action)) >= 3,
                   lambda: f"three reports say {action}: {told(action)}", 30)
        check(gateway.alive(), f"the gateway has ended: {gateway.process.poll()}")
        equal(told(action), recipients, f"reports that say {action}")
    eventually(lambda: gateway.queue() == [], "the queue is empty")
    equal(len(up.messages), 6, "reports")
    for received in up.messages:
        check(is_report(received) and received.recipients == [SENDER], f"no report: {received}")
        address = Report(received).per_recipient[0]["Final-Recipient"].partition(";")[2].strip()
        check(f"Subject: for {address}".encode() in received.content,
              f"the report about {address} does not show its message")
    gateway.stop()


if __name__ == "__main__":
    run(main)
