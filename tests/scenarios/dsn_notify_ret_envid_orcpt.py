# SPDX-License-Identifier: Apache-2.0
"""The DSN extension (RFC 3461): NOTIFY, RET, ENVID and ORCPT are honoured, handed on to a next hop
that knows them, and answered by ourselves towards one that does not. (H15)"""
from support.mail import message
from support.peer import EXTENSIONS
from support.reports import Report, is_report
from support.scenario import check, equal, eventually, run

SENDER = "alice@managed.example"


def main(s):
    def rcpt(_, line):
        return b"550 5.1.1 no such user\r\n" if b"gone" in line else None
    knows = s.peer({"RCPT": rcpt})
    plain = s.peer({"RCPT": rcpt}, extensions=[e for e in EXTENSIONS if e != "DSN"])
    gateway = s.gateway(config={"route": [
        {"domain": "*", "next_hop": f"127.0.0.1:{knows.port}", "tls": "none"},
        {"domain": "plain.example", "next_hop": f"127.0.0.1:{plain.port}", "tls": "none"}]})
    content = message(body="the body of the original\n")

    def send(recipient, mail="", rcpt=""):
        reply = gateway.send(SENDER, recipient, content, mail=mail, rcpt=rcpt)
        check(reply.is_(250), f"{recipient} {mail} {rcpt}: {reply}")

    # Handed on as they came.
    send("ok@knows.example", "RET=HDRS ENVID=QQ+2B1", "NOTIFY=SUCCESS,DELAY ORCPT=rfc822;o+2Bx@k.example")
    received = knows.wait(1, match=lambda m: m.recipients == ["ok@knows.example"])[0]
    equal(received.mail_parameters.get("RET"), "HDRS", "RET at the next hop")
    equal(received.mail_parameters.get("ENVID"), "QQ+2B1", "ENVID at the next hop")
    equal(set(received.rcpt_parameters[0].get("NOTIFY", "").split(",")), {"SUCCESS", "DELAY"},
          "NOTIFY at the next hop")
    equal(received.rcpt_parameters[0].get("ORCPT"), "rfc822;o+2Bx@k.example", "ORCPT")
    knows.never(1.0, is_report)

    # A next hop without DSN: "relayed" from us when success was asked for, and no parameters there.
    send("ok@plain.example", "ENVID=abc", "NOTIFY=SUCCESS")
    received = plain.wait(1)[0]
    check(not {"RET", "ENVID"} & set(received.mail_parameters), "DSN parameters to one without DSN")
    check(not {"NOTIFY", "ORCPT"} & set(received.rcpt_parameters[0]), "DSN parameters without DSN")
    report = Report(knows.wait(1, match=is_report)[0])
    equal(str(report.recipient("ok@plain.example")["Action"]).strip(), "relayed", "Action")
    check(str(report.recipient("ok@plain.example")["Status"]).startswith("2."), "Status")
    equal(str(report.per_message["Original-Envelope-Id"]).strip(), "abc", "Original-Envelope-Id")

    # Failures: NEVER and SUCCESS alone are silent, FAILURE and nothing given are told.
    for number, (notify, told) in enumerate([("NOTIFY=NEVER", False), ("NOTIFY=SUCCESS", False),
                                             ("NOTIFY=DELAY", False), ("NOTIFY=FAILURE", True),
                                             ("NOTIFY=FAILURE,SUCCESS", True), ("", True)]):
        knows.clear()
        recipient = f"gone{number}@knows.example"
        send(recipient, rcpt=notify)
        if told:
            Report(knows.wait(1, match=is_report)[0]).recipient(recipient)
        else:
            eventually(lambda: any(recipient.encode() in c for c in knows.commands), "tried")
            knows.never(1.0, is_report)
            gateway.wait_log(recipient)
    eventually(lambda: gateway.queue() == [], "the queue is empty")

    # RET chooses what is returned; ENVID and ORCPT come back, the first decoded.
    for ret, whole in (("RET=FULL", True), ("RET=HDRS", False)):
        knows.clear()
        send("gone@knows.example", f"{ret} ENVID=a+2Bb", "ORCPT=rfc822;first+2Bx@k.example")
        received = knows.wait(1, match=is_report)[0]
        report = Report(received)
        equal(report.returns_content and b"the body of the original" in received.content, whole,
              f"content returned for {ret}")
        equal(str(report.per_message["Original-Envelope-Id"]).strip(), "a+b",
              "Original-Envelope-Id")
        equal(str(report.recipient("gone@knows.example")["Original-Recipient"]).replace(" ", ""),
              "rfc822;first+x@k.example", "Original-Recipient")

    # Bad parameters are refused where they stand.
    with gateway.client() as client:
        for mail in ("RET=SOME", "RET=FULL RET=FULL", "ENVID=", "ENVID=a+GG", "RET="):
            reply = client.command(f"MAIL FROM:<{SENDER}> {mail}")
            check(reply.code in (501, 555), f"MAIL {mail}: {reply}")
        check(client.command(f"MAIL FROM:<{SENDER}>").is_(250), "MAIL")
        for bad in ("NOTIFY=NEVER,FAILURE", "NOTIFY=", "NOTIFY=SOMETIMES", "ORCPT=rfc822",
                    "ORCPT=rfc822;a+0", "NOTIFY=FAILURE NOTIFY=DELAY"):
            reply = client.command(f"RCPT TO:<bob@partner.example> {bad}")
            check(reply.code in (501, 555), f"RCPT {bad}: {reply}")
    gateway.stop()


if __name__ == "__main__":
    run(main)
