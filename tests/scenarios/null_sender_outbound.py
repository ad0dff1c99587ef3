# SPDX-License-Identifier: Apache-2.0
"""The null sender on an outbound listener: a real report goes on like any mail, all else gets 550
5.7.1 after DATA, and nothing is ever bounced to it."""
from support.mail import message, report
from support.scenario import check, equal, run


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer)
    auto = message("alice@managed.example", extra="Auto-Submitted: auto-replied\n")

    absent = message("alice@managed.example", extra="Auto-Submitted: auto-generated\n"
                                                    "X-Auto-Response-Suppress: All\n")
    for what, content in (("a delivery report", report("bob@partner.example")),
                          ("an auto-reply", auto), ("an absence notice of Exchange", absent)):
        peer.clear()
        reply = gateway.send("", "bob@partner.example", content)
        check(reply.is_(250), f"{what}: {reply}")
        equal(peer.wait(1)[0].sender, "", f"sender of {what}")

    refused = {
        "ordinary mail": message("alice@managed.example"),
        "a report in the subject only": message("a@managed.example", subject="Undelivered Mail"),
        "Auto-Submitted: no": message("a@managed.example", extra="Auto-Submitted: no\n"),
        "multipart/report in the body only": message(
            "a@managed.example", body="Content-Type: multipart/report; report-type=x\n"),
        "no header": b"\r\nbody\r\n",
    }
    peer.clear()
    for what, content in refused.items():
        with gateway.client() as client:
            check(client.command("MAIL FROM:<>").is_(250), f"{what}: MAIL")
            check(client.command("RCPT TO:<bob@partner.example>").is_(250),
                  f"{what}: it is decided after DATA")
            reply = client.data(content)
            check(reply.is_(550, "5.7.1"), f"{what}: {reply}")
    # A report has one recipient.
    with gateway.client() as client:
        reply = client.transaction("", ["bob@partner.example", "dan@partner.example"],
                                   report("bob@partner.example"))
        replies = [r.code for r in client.rcpt_replies] + [reply.code]
        check(550 in replies and not peer.messages, f"two recipients: {replies}")
        reply = client.transaction("", ["eve@partner.example", "fay@partner.example"], absent)
        check(reply.is_(550, "5.7.1"), f"an absence notice to two: {reply}")
    # Each of them is found, by recipient and by the message.
    for place, recipient in ((1, "eve@partner.example"), (2, "fay@partner.example")):
        found = gateway.log_search("--recipient", recipient)
        equal([r["text"] for r in found],
              [f"recipient {place}/2 ({recipient}): rejecting message from the null sender"],
              "lines of a recipient")
        check(found[0]["message_id"].startswith("<") and found[0]["verdict"] == "rejected", found)
    peer.never(1.0)

    # Refused by the next hop: no report of a report, one line in the log, an empty queue.
    peer.clear()
    peer.script["RCPT"] = b"550 5.1.1 unknown here\r\n"
    check(gateway.send("", "gone@partner.example", report("gone@partner.example")).is_(250),
          "report to a dead address")
    gateway.wait_log(r"gone@partner\.example")
    peer.never(2.0)
    equal(gateway.queue(), [], "queue")
    records = gateway.log_search("--recipient", "gone@partner.example")
    check(any(r["verdict"] == "failed" for r in records),
          f"the log does not say that it failed without notice: {records}")
    gateway.stop()


if __name__ == "__main__":
    run(main)
