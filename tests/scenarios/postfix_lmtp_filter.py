# SPDX-License-Identifier: Apache-2.0
"""Behind Postfix's queue as `content_filter=lmtp:`: each recipient ends as the way back says, Postfix
keeps and returns what has to be, and we spool nothing."""
from support.client import SmtpClient
from support.gateway import listener
from support.mail import message
from support.postfix import free_port
from support.reports import Report, is_report
from support.scenario import check, equal, eventually, run

SENDER = "alice@managed.example"


def main(s):
    sink = s.peer()
    back = free_port()
    gateway = s.gateway(next_hop=back, config={"listener": [
        listener("filter", protocol="lmtp", xforward_from=["127.0.0.1"])]})
    access = "inline:{ {never@partner.example = REJECT gone}, {later@partner.example = DEFER busy} }"
    postfix = s.postfix(
        relayhost=sink.port,
        settings={"minimal_backoff_time": "2s", "queue_run_delay": "2s",
                  "lmtp_send_xforward_command": "yes", "back_access": access},
        services=f"""127.0.0.1:{{port}} inet n - n - - smtpd
    -o content_filter=lmtp:[127.0.0.1]:{gateway.port("filter")}
127.0.0.1:{back} inet n - n - - smtpd
    -o syslog_name=postfix/back
    -o content_filter=
    -o smtpd_delay_reject=yes
    -o smtpd_recipient_restrictions=check_recipient_access,$back_access,permit
""")

    def submit(sender, *recipients):
        content = message(sender, recipients[0])
        with SmtpClient(postfix.port, source="127.0.0.2") as client:
            reply = client.greet().transaction(sender, list(recipients), content)
            check(reply.is_(250), f"Postfix takes it: {reply}")
        return content

    content = submit(SENDER, "now@partner.example", "never@partner.example", "later@partner.example",
                     "also@partner.example")
    eventually(lambda: sorted(r for m in sink.messages if not is_report(m) for r in m.recipients) ==
               ["also@partner.example", "now@partner.example"], "those who are taken", 20)
    report = Report(sink.wait(1, match=is_report)[0])
    equal([str(one["Final-Recipient"]).partition(";")[2].strip() for one in report.per_recipient],
          ["never@partner.example"], "Postfix returns the one that was refused")
    check("gone" in str(report.per_recipient[0]["Diagnostic-Code"]), "in the words of the way back")
    check(not postfix.queue_is_empty(), "the deferred one stays with Postfix")
    postfix.wait_log(r"postfix/lmtp\[\d+\].*to=<later@partner\.example>.*status=deferred.*busy")
    equal(gateway.queue(), [], "nothing is spooled here")
    delivered = next(m for m in sink.messages if not is_report(m))
    check(delivered.content.endswith(content.split(b"\r\n\r\n", 1)[1]), "the body")
    # Who brought it to Postfix, in our log; and who is not managed, returned by Postfix.
    gateway.wait_log(r"forwarded from unknown\[127\.0\.0\.2\] \(HELO client\.example, ESMTP, id \w+, remote\)")
    sink.clear()
    submit("x@stranger.example", "bob@partner.example")
    report = Report(sink.wait(1, seconds=20, match=is_report)[0])
    diagnosis = " ".join(str(report.per_recipient[0]["Diagnostic-Code"]).split())
    check("not managed" in diagnosis, f"our refusal, returned: {diagnosis}")
    received = delivered.header("Received")
    check(any("with LMTP id" in one.replace("\t", " ") for one in received), f"{received}")
    gateway.stop()


if __name__ == "__main__":
    run(main)
