# SPDX-License-Identifier: Apache-2.0
"""Before Postfix's queue as `smtpd_proxy_filter`: our answers and those of the way back reach the
client in its session, and XFORWARD tells both of us who it is."""
from support.client import SmtpClient
from support.gateway import listener
from support.mail import message
from support.postfix import free_port
from support.scenario import check, equal, eventually, run

SENDER, CLIENT = "alice@managed.example", "127.0.0.2"


def main(s):
    sink = s.peer()
    back = free_port()
    gateway = s.gateway(next_hop=back, config={"listener": [
        listener("proxy", mode="through", xforward_from=["127.0.0.1"])]})
    access = "inline:{ {never@partner.example = REJECT gone}, {later@partner.example = DEFER busy} }"
    postfix = s.postfix(relayhost=sink.port, settings={"back_access": access},
                        services=f"""127.0.0.1:{{port}} inet n - n - - smtpd
    -o smtpd_proxy_filter=127.0.0.1:{gateway.port("proxy")}
127.0.0.1:{back} inet n - n - - smtpd
    -o syslog_name=postfix/back
    -o smtpd_authorized_xforward_hosts=127.0.0.0/8
    -o smtpd_recipient_restrictions=check_recipient_access,$back_access,permit
""")

    def submit(sender, recipients, content=None):
        with SmtpClient(postfix.port, source=CLIENT) as client:
            return client.greet().transaction(sender, recipients, content or message(sender))

    content = message(SENDER, extra="X-Odd:  kept\n", body=".\n..\nFrom here\n")
    reply = submit(SENDER, ["a@partner.example", "b@partner.example"], content)
    check(reply.is_(250), f"{reply}")
    eventually(lambda: sum(len(m.recipients) for m in sink.messages) == 2, "both arrive", 20)
    check(sink.messages[0].content.endswith(content.split(b"\r\n\r\n", 1)[1]), "the body")
    # The way back logs who it was, as we hand on what we were told.
    postfix.wait_log(rf"postfix/back/smtpd\[\d+\]: \w+: client=.*orig_client=unknown\[{CLIENT}\]")
    gateway.wait_log(rf"forwarded from unknown\[{CLIENT}\] \(HELO client\.example, ESMTP, ")
    gateway.wait_log(r"\(a@partner\.example\): delivered to 127\.0\.0\.1:\d+: 250 2\.0\.0 Ok: .*queued")

    # Refusals in the session: ours by policy, and the way back's.
    reply = submit("x@stranger.example", "bob@partner.example")
    check(reply.code == 550 and "not managed" in reply.text, f"unmanaged: {reply}")
    reply = submit(SENDER, "never@partner.example")
    check(reply.code == 554 and "gone" in reply.text, f"the way back's 5xx: {reply}")
    equal(gateway.queue(), [], "nothing is spooled")

    # A next hop that defers an outbound message: ours then, as the table says.
    reply = submit(SENDER, "later@partner.example")
    check(reply.is_(250), f"the way back's 4xx: {reply}")
    eventually(lambda: len(gateway.queue()) == 1, "spooled here")
    postfix.wait_empty()
    gateway.stop()


if __name__ == "__main__":
    run(main)
