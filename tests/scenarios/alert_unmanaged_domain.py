# SPDX-License-Identifier: Apache-2.0
"""The first mail of a new unmanaged domain is an alert by mail, once: through our own spool, from
the null sender, in a form that nothing answers; also after a restart it does not come again. An
alert's mail that cannot be delivered begets no mail."""
import email
import email.policy

from support.mail import message
from support.scenario import check, equal, eventually, run

ADMIN = "admin@managed.example"


def alerts(peer):
    return [m for m in peer.messages if m.recipients == [ADMIN]]


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={"alerts": {"mail_to": [ADMIN]}})
    for n in range(3):
        reply = gateway.send("x@new.example", "bob@partner.example", message())
        check(reply.is_(550, "5.7.1"), f"unmanaged sender: {reply}")
    eventually(lambda: alerts(peer), "the alert's mail")
    gateway.send("y@new.example", "bob@partner.example", message())
    gateway.send("alice@managed.example", "bob@partner.example", message())
    gateway.restart()
    gateway.send("z@new.example", "bob@partner.example", message())
    gateway.send("alice@managed.example", "carol@partner.example", message())
    eventually(lambda: any("carol@partner.example" in m.recipients for m in peer.messages), "other mail")
    equal(len(alerts(peer)), 1, "alerts about one domain")

    received = alerts(peer)[0]
    equal(received.sender, "", "envelope sender of an alert")
    mail = email.message_from_bytes(received.content, policy=email.policy.default)
    equal(str(mail["Subject"]),
          "[Sealgate gw.example.com] Alert: first mail of unmanaged domain new.example", "subject")
    equal(str(mail["Auto-Submitted"]), "auto-generated", "Auto-Submitted")
    equal(str(mail["To"]), ADMIN, "To")
    text = mail.get_content()
    check("new.example: from 127.0.0.1, action reject, connection SMTP-" in text, text)
    listed = gateway.must("alert", "list", "--json").json()
    equal([(a["name"], a["subject"]) for a in listed["recent"]],
          [("unmanaged-domain", "new.example")], "alert list")
    equal((listed["active"], listed["waiting_notices"]), ([], 0), "alert list")
    check("new.example" in gateway.must("alert", "list").out, "alert list for people")

    # Refused by the next hop: logged, and that is the end of it.
    peer.script["RCPT"] = [b"550 5.1.1 nobody here\r\n"]
    before = len(peer.messages)
    result = gateway.must("alert", "test", "--json").json()
    equal(result["sinks"], [{"sink": "mail", "taken": True}], "alert test")
    gateway.wait_log(r"\(admin@managed\.example\): failed, and no report may be sent")
    eventually(lambda: gateway.queue() == [], "the queue is empty")
    equal(len(peer.messages), before, "mail about an alert that was refused")
    record = gateway.must("audit", "search", "alert.test", "--json").json_lines()[0]
    equal(record["object"], "disk", "audit of the test")
    gateway.stop()


if __name__ == "__main__":
    run(main)
