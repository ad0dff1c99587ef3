# SPDX-License-Identifier: Apache-2.0
"""From a message to the report about it and back, by the mail log alone; and what the report says
of who refused: the next hop by name, or this gateway."""
from support.gateway import listener
from support.mail import log_lines, message, one_log_line
from support.peer import EXTENSIONS
from support.reports import Report, is_report
from support.scenario import check, equal, run

SENDER = "alice@managed.example"
VARIABLES = ("recipient", "recipients", "sender", "connection_id", "message_id", "subject", "reason",
             "hostname", "postmaster", "date", "next_hop", "retry_until")


def main(s):
    peer = s.peer({"RCPT": lambda _, line: b"550 5.1.1 nobody\r\n" if b"gone" in line else None},
                  extensions=[e for e in EXTENSIONS if e not in ("DSN", "8BITMIME")])
    gateway = s.gateway(next_hop=peer, config={
        "listener": [listener(), listener("through", mode="through")]})

    # In `store` and in `through` (of two recipients one is taken).
    for name, local in (("outbound", "gone1"), ("through", "gone2")):
        peer.clear()
        recipients = [f"{local}@partner.example", f"{local[-1]}ok@partner.example"]
        check(gateway.send(SENDER, recipients, message(), name).is_(250), name)
        report = Report(peer.wait(1, match=is_report)[0])
        check(f"550 5.1.1 nobody (said by 127.0.0.1)" in report.text, report.text)
        check("The mail server of the recipient gave this reason" not in report.text, report.text)
        original = one_log_line(gateway, rf"\({local}@partner\.example\): refused, bouncing")
        to = [p for p in log_lines(gateway, r"^report SMTP-\d+ goes to alice@managed\.example$")
              if p["id"] == original["id"]]
        equal(len(to), 1, f"{name}: lines that name the report")
        equal(to[0]["level"], "INFO  ", "level")
        its = to[0]["text"].split()[1]
        trail = [p["text"] for p in log_lines(gateway, "") if p["id"] == its]
        check(f"report about {original['id']}" in trail, f"trail of the report: {trail}")
        gateway.wait_log(its + r": recipient 1/1 \(alice@managed\.example\): delivered to ")
        equal(len(log_lines(gateway, f"^report about {original['id']}$")), 1, "reports about it")

    # Our own refusal is not the next hop's word, in the report or in the log.
    peer.clear()
    eight = message(body="caf\u00e9\n")
    check(gateway.send(SENDER, "eight@partner.example", eight, mail="BODY=8BITMIME").is_(250), "8bit")
    report = Report(peer.wait(1, match=is_report)[0])
    check("(said by this gateway)" in report.text, report.text)
    gateway.wait_log(r"eight@partner\.example\): refused, bouncing message from "
                     rf"alice@managed\.example: own status for 127\.0\.0\.1:{peer.port}: 554 5\.6\.3 ")

    # Every variable of the templates has a value in a real report.
    every = "".join(f"[{name}={{{{{name}}}}}]\n" for name in VARIABLES)
    file = s.dir / "template.txt"
    file.write_text("Subject: all\n\n" + every)
    for template in ("Message Bounced -- Delivery Failed", "Message Delivered"):
        gateway.must("template", "set", template, "--file", file)
    for recipient, notify in (("gone@partner.example", ""), ("there@partner.example",
                                                            "NOTIFY=SUCCESS")):
        peer.clear()
        check(gateway.send(SENDER, recipient, message(), rcpt=notify).is_(250), recipient)
        text = Report(peer.wait(1, match=is_report)[0]).text
        for name in VARIABLES:
            check(f"[{name}=]" not in text and f"[{name}=" in text, f"{{{{{name}}}}} is empty:\n{text}")
        check(f"[next_hop=127.0.0.1:{peer.port}]" in text, text)
    gateway.stop()


if __name__ == "__main__":
    run(main)
