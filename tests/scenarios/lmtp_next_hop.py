# SPDX-License-Identifier: Apache-2.0
"""LMTP out: LHLO, an answer for each recipient after the dot, and the queue keeps just those that
were deferred."""
from support.gateway import listener
from support.mail import message
from support.peer import Close, Drop
from support.reports import Report, is_report
from support.scenario import check, equal, eventually, run

SENDER = "alice@managed.example"


def main(s):
    store = s.peer(lmtp=True, extensions=("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES"))
    reports = s.peer()
    gateway = s.gateway(config={
        "listener": [listener(), listener("through", mode="through"),
                     listener("lmtp", protocol="lmtp")],
        "route": [{"domain": "*", "next_hop": f"lmtp:127.0.0.1:{store.port}", "tls": "none"},
                  {"domain": "managed.example", "next_hop": f"127.0.0.1:{reports.port}",
                   "tls": "none"}]})

    def by_recipient(answers):
        """Answers after the dot, each used once."""
        left = dict(answers)

        def answer(_, line):
            return next((left.pop(who) for who in list(left) if who in line), None)
        return {"dot": answer}

    def got():
        return sorted(r for m in store.messages for r in m.recipients)

    reply = gateway.send(SENDER, ["a@p.example", "b@p.example"], message())
    check(reply.is_(250), f"{reply}")
    store.wait(1)
    equal(got(), ["a@p.example", "b@p.example"], "taken by both")
    check(store.commands[0].startswith(b"LHLO "), f"{store.commands[:1]}")

    # One taken, one later, one never: no second copy for the first, a report about the last.
    store.clear()
    store.script = by_recipient({b"<later@": b"451 4.2.1 busy\r\n", b"<never@": b"550 5.2.1 gone\r\n"})
    reply = gateway.send(SENDER, ["now@p.example", "later@p.example", "never@p.example"], message())
    check(reply.is_(250), f"{reply}")
    eventually(lambda: got() == ["later@p.example", "now@p.example"], "now and later", 15)
    report = Report(reports.wait(1, match=is_report)[0])
    check(str(report.recipient("never@p.example")["Status"]).strip() == "5.2.1", "the report")
    eventually(lambda: not gateway.queue(), "the queue empties", 15)

    # It answers one and goes away: what it did not answer for may be there, and comes again.
    store.clear()
    store.script = by_recipient({b"<second@": Drop()})
    reply = gateway.send(SENDER, ["first@p.example", "second@p.example"], message())
    check(reply.is_(250), f"{reply}")
    eventually(lambda: got() == ["first@p.example", "second@p.example"], "both, once each", 15)
    store.clear()
    store.script = by_recipient({b"<first@": Close(b"421 4.3.2 closing\r\n")})
    reply = gateway.send(SENDER, ["first@p.example", "second@p.example"], message())
    eventually(lambda: {"first@p.example", "second@p.example"} <= set(got()), "after a 421", 15)
    eventually(lambda: not gateway.queue(), "the queue empties", 15)

    # Nobody taken at RCPT, though DATA is opened: no empty message, no answer waited for.
    store.clear()
    store.script = {"RCPT": [b"550 5.1.1 no\r\n"], "DATA": [b"354 go on\r\n"]}
    with gateway.client("through") as client:
        reply = client.transaction(SENDER, "no@p.example", message())
    check(reply.is_(550, "5.1.1"), f"{reply}")
    equal(store.messages, [], "nothing came of it")

    # Through: one answer for all where it must be; LMTP in and LMTP out fit each other exactly.
    store.clear()
    store.script = by_recipient({b"<b@": b"552 5.2.2 full\r\n", b"<c@": b"451 4.2.1 busy\r\n"})
    with gateway.client("lmtp", hello="LHLO") as client:
        replies = client.lmtp(SENDER, ["a@p.example", "b@p.example", "c@p.example"], message())
    equal([reply.code for reply in replies], [250, 552, 451], "LMTP to LMTP")
    equal(gateway.queue(), [], "nothing is spooled")

    # A server that speaks SMTP there is no LMTP server: deferred, not half used.
    smtp = s.peer()
    gateway.write_config({"route": [{"domain": "*", "next_hop": f"lmtp:127.0.0.1:{smtp.port}",
                                     "tls": "none"}]})
    gateway.reload()
    gateway.must("config", "show")
    eventually(lambda: str(smtp.port) in gateway.cli("route", "list").out, "the route is changed")
    with gateway.client("lmtp", hello="LHLO") as client:
        replies = client.lmtp(SENDER, ["a@p.example"], message())
    equal([reply.code for reply in replies], [451], "the wrong protocol")
    equal(smtp.messages, [], "nothing came there")
    gateway.stop()


if __name__ == "__main__":
    run(main)
