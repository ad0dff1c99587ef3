# SPDX-License-Identifier: Apache-2.0
"""An unmanaged sender where the setting is `bounce`: accepted, not forwarded, one report to the
sender, made from the message template."""
from support.mail import message, one_log_line
from support.reports import Report, is_report
from support.scenario import check, equal, run


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={"unmanaged_senders": {"action": "bounce"}})
    sender = "carol@stranger.example"
    content = message(sender, subject="the plan", body="secret body line\n",
                      message_id="<b1@stranger.example>")

    reply = gateway.send(sender, "bob@partner.example", content)
    check(reply.is_(250), f"after the dot: {reply}")
    received = peer.wait(1)[0]
    report = Report(received)
    equal(received.recipients, [sender], "who gets the report")
    equal(report.subject, "Message undeliverable", "subject of the report")
    block = report.recipient("bob@partner.example")
    equal(str(block["Action"]).strip(), "failed", "Action")
    check(str(block["Status"]).startswith("5.7."), f"Status {block['Status']}")

    line = one_log_line(gateway, r"^recipient 1/1 \(bob@partner\.example\): unmanaged domain "
                                 r"blocked: bouncing message from carol@stranger\.example$")
    check("bob@partner.example" in report.text, f"the text names no recipient:\n{report.text}")
    check(line["id"] in report.text, f"the text lacks {line['id']}:\n{report.text}")
    check(report.original is not None, "the original header is not attached")
    original = bytes(report.original)
    check(b"Subject: the plan" in original, f"the original header is not attached: {original!r}")
    check(b"secret body line" not in received.content, "the report returns the body")
    check(str(report.message.get("Auto-Submitted", "")).startswith("auto-"),
          "the report does not say that it is automatic")

    # Several recipients: all are told of, and nothing but reports leaves.
    peer.clear()
    recipients = [f"r{n}@partner.example" for n in range(5)]
    check(gateway.send(sender, recipients, message(sender)).is_(250), "five recipients")
    peer.wait(1)
    peer.never(1.0, lambda m: not is_report(m))
    told = sorted(str(b["Final-Recipient"]).partition(";")[2].strip()
                  for m in peer.messages for b in Report(m).per_recipient)
    equal(told, recipients, "recipients that the reports speak of")
    for n, recipient in enumerate(recipients, 1):
        one_log_line(gateway, rf"^recipient {n}/5 \({recipient}\): unmanaged domain blocked: "
                              r"bouncing message from carol@stranger\.example$")
    equal(gateway.queue(), [], "queue")

    # A report that cannot be delivered is not reported on.
    peer.clear()
    peer.script["RCPT"] = b"550 5.1.1 no such user\r\n"
    check(gateway.send(sender, "bob@partner.example", message(sender)).is_(250), "third message")
    peer.never(2.0)
    equal(gateway.queue(), [], "queue after a report was refused")
    gateway.stop()


if __name__ == "__main__":
    run(main)
