# SPDX-License-Identifier: Apache-2.0
"""Inbound, two next hops: the first refuses its only recipient, the second takes its own. The message
goes to the second, the first hears no content, and the gateway goes on."""
from support.gateway import listener
from support.mail import added_above, message
from support.scenario import check, equal, eventually, run

SENDER = "stranger@world.example"


def main(s):
    def rcpt(_, line):
        return b"550 5.1.1 no such user\r\n" if b"gone" in line else \
            b"451 4.7.1 greylisted\r\n" if b"grey" in line else None
    refusing, taking = s.peer({"RCPT": rcpt}), s.peer()
    gateway = s.gateway(config={
        "listener": [listener("inbound")],
        "domain": [{"name": name} for name in ("a.example", "b.example", "box.example")],
        "route": [{"domain": "a.example", "next_hop": f"127.0.0.1:{refusing.port}", "tls": "none"},
                  {"domain": "b.example", "next_hop": f"127.0.0.1:{taking.port}", "tls": "none"},
                  {"domain": "box.example", "next_hop": "mailbox:box"}]})

    for n, (refused, code) in enumerate([("gone@a.example", 550), ("grey@a.example", 451)]):
        content = message(SENDER)
        with gateway.client("inbound") as client:
            reply = client.transaction(SENDER, [refused, "bob@b.example"], content)
            equal([r.code for r in client.rcpt_replies], [code, 250], "answers to RCPT")
            check(reply.is_(250), f"after the dot: {reply}")
            added_above(taking.wait(n + 1)[n], content)
            # The same session goes on, and with it the connection to the first next hop.
            reply = client.transaction(SENDER, "bob@a.example", message(SENDER))
            check(reply.is_(250), f"the next message to the first next hop: {reply}")
    with gateway.client("inbound") as client:
        reply = client.transaction(SENDER, ["gone@a.example", "bob@box.example"], message(SENDER))
    check(reply.is_(250), f"refused at one, taken for a mailbox: {reply}")
    equal(len(list((gateway.data / "box" / "new").iterdir())), 1, "messages in the mailbox")

    check(gateway.alive(), "the gateway has ended")
    equal([m.recipients for m in refusing.messages], [["bob@a.example"]] * 2, "at the first next hop")
    equal([m.recipients for m in taking.messages], [["bob@b.example"]] * 2, "at the second")
    eventually(lambda: gateway.queue() == [], "the queue is empty")
    gateway.stop()


if __name__ == "__main__":
    run(main)
