# SPDX-License-Identifier: Apache-2.0
"""Postfix with us as its relayhost, as an administrator would put us: every message arrives once,
refusals become Postfix's own bounces, and its delivery reports pass."""
from support.client import SmtpClient
from support.mail import message
from support.scenario import check, equal, run


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer)
    postfix = s.postfix(relayhost=gateway.port())

    client = SmtpClient(postfix.port).greet()
    for n in range(100):
        reply = client.transaction("alice@managed.example", f"r{n}@partner.example",
                                   message(recipient=f"r{n}@partner.example",
                                           body=f".\n..\nbody {n}\n" * (n + 1)))
        check(reply.is_(250), f"Postfix did not take message {n}: {reply}")
    many = [f"m{n}@partner.example" for n in range(120)]  # more than one of Postfix's transactions
    check(client.transaction("alice@managed.example", many, message()).is_(250), "many recipients")
    utf8 = client.transaction("älice@managed.example", "bøb@partner.example",
                              message("älice@managed.example", "bøb@partner.example"),
                              mail="SMTPUTF8 BODY=8BITMIME")
    check(utf8.is_(250), f"SMTPUTF8 through Postfix: {utf8}")
    postfix.wait_empty()

    expected = sorted([f"r{n}@partner.example" for n in range(100)] + many + ["bøb@partner.example"])
    peer.wait(102)
    equal(sorted(r for m in peer.messages for r in m.recipients), expected, "who got mail")
    for received in peer.messages:
        if received.recipients[0].startswith("r"):
            n = int(received.recipients[0][1:].partition("@")[0])
            check(received.content.endswith(b".\r\n..\r\nbody %d\r\n" % n * (n + 1)), f"message {n}")

    # Unmanaged sender: we refuse in the session, Postfix bounces. Its report is a real one from a
    # trusted source, so it goes on to the stranger.
    peer.clear()
    client.transaction("carol@stranger.example", "bob@partner.example",
                       message("carol@stranger.example"))
    postfix.wait_log(r"said: 550 5\.7\.1")
    postfix.wait_empty()
    received = peer.wait(1)
    equal([(m.sender, m.recipients) for m in received], [("", ["carol@stranger.example"])],
          "Postfix's report")
    check(b"550 5.7.1" in received[0].content, "the report does not hold our reply")
    client.close()
    equal(gateway.queue(), [], "queue")
    gateway.stop()


if __name__ == "__main__":
    run(main)
