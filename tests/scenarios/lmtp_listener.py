# SPDX-License-Identifier: Apache-2.0
"""LMTP in: one answer for each recipient after the dot, the next hop's own, and nothing of it is
ever spooled in `through`; in `store` all answers come after our sync."""
from support.gateway import listener
from support.mail import log_lines, message
from support.peer import Wait
from support.scenario import check, equal, run

SENDER = "alice@managed.example"


def main(s):
    peer = s.peer()
    other = s.peer()
    gateway = s.gateway(next_hop=peer, config={
        "listener": [listener("lmtp", protocol="lmtp"),
                     listener("stored", protocol="lmtp", mode="store"),
                     listener("in", direction="inbound", protocol="lmtp")],
        "route": [{"domain": "*", "next_hop": f"127.0.0.1:{peer.port}", "tls": "none"},
                  {"domain": "other.example", "next_hop": f"127.0.0.1:{other.port}", "tls": "none"}],
        "delivery": {"patience_outbound": "1s", "patience_inbound": "3s"}})

    def send(*recipients, name="lmtp", sender=SENDER, content=None):
        with gateway.client(name, hello="LHLO") as client:
            replies = client.lmtp(sender, list(recipients), content or message(sender))
            client.quit()
            return replies

    def codes(replies):
        return [reply and reply.code for reply in replies]

    with gateway.client("lmtp", ehlo=False) as client:
        check(client.reply().text.startswith("gw.example.com LMTP"), "greeting")
        check(client.command("EHLO client.example").is_(500), "EHLO")
        check(client.command("LHLO client.example").is_(250), "LHLO")
        client.command("MAIL FROM:<alice@managed.example>")
        check(client.command("DATA").is_(503), "DATA without recipients")

    # Each row of the table, in one message where it can be.
    equal(codes(send("a@partner.example", "b@other.example")), [250, 250], "all taken")
    peer.wait(1), other.wait(1)
    peer.script = {"RCPT": lambda _, line: b"550 5.1.1 no such user\r\n" if b"<no@" in line else
                   b"452 4.2.2 full\r\n" if b"<full@" in line else None}
    other.script = {"dot": [b"554 5.7.1 spam\r\n"]}
    replies = send("a@partner.example", "no@partner.example", "full@partner.example",
                   "c@partner.example", "d@other.example", "e@other.example")
    equal(codes(replies), [250, 550, 452, 250, 554, 554], "each its own")
    equal(replies[4].enhanced, "5.7.1", "the next hop's words")
    gateway.wait_log(r"\(no@partner\.example\): refused by the next hop: .*550 5\.1\.1 no such user")
    gateway.wait_log(r"\(full@partner\.example\): not taken, the client keeps it: .*452 4\.2\.2 full")
    gateway.wait_log(r"\(d@other\.example\): refused by the next hop: .*554 5\.7\.1 spam")
    equal([m.recipients for m in peer.messages][-1], ["a@partner.example", "c@partner.example"], "who")
    other.script = {"dot": [b"421 4.3.2 closing\r\n"]}
    equal(codes(send("a@partner.example", "d@other.example")), [250, 451], "421 is not passed on")
    other.down()
    equal(codes(send("a@partner.example", "d@other.example")), [250, 451], "not reachable")
    other.up()
    # It waits as long as inbound mail does: no queue of ours would make it quicker.
    other.script = {"dot": [Wait(1.5)]}
    equal(codes(send("a@partner.example", "d@other.example")), [250, 250], "slow is not lost")
    other.script = {"dot": [Wait(8)]}
    equal(codes(send("a@partner.example", "d@other.example")), [250, 451], "too slow")
    other.script = {}
    equal(gateway.queue(), [], "nothing is spooled")

    # Policy refuses at RCPT; those who remain have their answers.
    equal(codes(send("a@partner.example", sender="x@stranger.example")), [None], "unmanaged")
    equal(codes(send("a@world.example", "b@managed.example", name="in", sender="x@w.example")),
          [None, 250], "inbound: only managed domains")

    # What is refused as a whole is refused for each; the session goes on.
    with gateway.client("lmtp", hello="LHLO") as client:
        for _ in range(2):
            client.command("MAIL FROM:<alice@managed.example>")
            for to in "abc":
                client.command(f"RCPT TO:<{to}@partner.example>")
            client.command("DATA")
            client.send(b"Subject: x\r\n\r\nbare\nline\r\n.\r\nNOOP\r\n")
            equal([client.reply().code for _ in range(4)], [554, 554, 554, 250], "bare LF")

    # Pipelined, with a second transaction behind the dot.
    with gateway.client("lmtp", hello="LHLO") as client:
        client.send((b"MAIL FROM:<alice@managed.example>\r\nRCPT TO:<a@partner.example>\r\n"
                     b"RCPT TO:<c@partner.example>\r\nDATA\r\n") + b"")
        equal([client.reply().code for _ in range(4)], [250, 250, 250, 354], "envelope")
        client.send(b"Subject: p\r\n\r\nx\r\n.\r\nMAIL FROM:<alice@managed.example>\r\nQUIT\r\n")
        equal([client.reply().code for _ in range(4)], [250, 250, 250, 221], "behind the dot")

    # `store`: ours after the sync.
    peer.down()
    equal(codes(send("a@partner.example", "b@partner.example", name="stored")), [250, 250], "stored")
    equal(len(gateway.queue()), 1, "in the queue")
    peer.clear()
    peer.up()
    gateway.must("queue", "retry", "--all")
    peer.wait(1)
    check(log_lines(gateway, "accepted for delivery"), "the log")
    gateway.stop()


if __name__ == "__main__":
    run(main)
