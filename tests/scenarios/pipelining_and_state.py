# SPDX-License-Identifier: Apache-2.0
"""Commands sent in one go are answered in order, also behind the dot; what was refused or reset
leaves nothing of its transaction; early talkers are sent away. (H5, H6)"""
from support.client import Closed
from support.mail import message
from support.scenario import check, equal, run

GOOD = message().replace(b"\r\n.", b"\r\n..") + b".\r\n"
MAIL, RCPT = b"MAIL FROM:<alice@managed.example>\r\n", b"RCPT TO:<%s@partner.example>\r\n"


def codes(client, count):
    return [client.reply().code for _ in range(count)]


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer)

    # Three whole transactions and the end in one segment.
    with gateway.client() as client:
        # 354 cannot be waited for: content stands right behind DATA, as RFC 2920 clients do not do;
        # the server must not mix it up all the same.
        one = MAIL + RCPT % b"a" + b"DATA\r\n" + GOOD
        client.send(one + one + one + b"QUIT\r\nNOOP\r\n")
        equal(codes(client, 13), [250, 250, 354, 250] * 3 + [221], "replies to one segment")
        check(client.at_end(5) and not client.buffer, "bytes after QUIT were answered")
    equal(len(peer.wait(3)), 3, "messages")

    # The usual way: MAIL, RCPTs, DATA in a group, all RCPTs refused.
    with gateway.client() as client:
        client.send(b"MAIL FROM:<x@stranger.example>\r\n" + RCPT % b"a" + RCPT % b"b" + b"DATA\r\n")
        got = codes(client, 4)
        check(got[:3] == [250, 550, 550] and got[3] in (503, 554), f"all RCPTs refused: {got}")
        client.send(b"RSET\r\n" + MAIL + RCPT % b"c" + b"NOOP\r\nDATA\r\n")
        equal(codes(client, 5), [250, 250, 250, 250, 354], "the group behind")
        client.send(GOOD + MAIL + RCPT % b"d" + b"DATA\r\n")
        equal(codes(client, 4), [250, 250, 250, 354], "pipelined behind the dot")
        client.send(GOOD)
        equal(codes(client, 1), [250], "the last")
    peer.wait(5)

    # No state survives RSET, EHLO, a refused end of data.
    with gateway.client() as client:
        resets = {
            "RSET": b"RSET\r\n",
            "EHLO": b"EHLO again.example\r\n",
            "refused content": b"DATA\r\nSubject: a\nb\r\n\r\nx\r\n.\r\n",
        }
        for what, lines in resets.items():
            client.send(MAIL + RCPT % b"gone")
            codes(client, 2)
            client.send(lines)
            codes(client, 2 if lines.startswith(b"DATA") else 1)
            reply = client.command("DATA")
            check(reply.code in (503, 554), f"DATA after {what}: {reply}")
            reply = client.command(RCPT.strip() % b"gone")
            check(reply.code == 503, f"RCPT after {what}: {reply}")
        for line, wanted in (("DATA", (503,)), ("BDAT 0 LAST", (503, 502)), ("MAIL", (501,)),
                             ("MAIL FROM", (501,)), ("RCPT TO:<a@b>", (503,)),
                             ("MAIL FROM:<alice@managed.example> X=Y", (555, 501)),
                             ("MAIL FROM:<alice@managed.example> BODY=BINARYMIME", (501, 555)),
                             ("VRFY alice", (252, 502, 550)), ("HELP", (211, 214)),
                             ("EXPN all", (500, 502, 550)), ("AUTH PLAIN", (500, 502, 503)),
                             ("XCLIENT ADDR=1.2.3.4", (500, 502, 503, 550)),
                             ("POST / HTTP/1.1", (421, 500, 501, 502, 503)), ("", (500, 501, 502))):
            try:
                reply = client.command(line)
            except Closed:
                client = gateway.client()
                continue
            check(reply.code in wanted, f"{line!r}: {reply}, wanted one of {wanted}")
            if reply.code == 421:
                client = gateway.client()
        client.command(MAIL.strip())
        reply = client.command(MAIL.strip())
        check(reply.code == 503, f"MAIL within a transaction: {reply}")
    check(not any("gone@" in str(m.recipients) for m in peer.messages), "a reset transaction was sent")

    # Before EHLO there is no mail; who talks before the greeting gets 554.
    with gateway.client(ehlo=False) as client:
        client.reply()
        check(client.command(MAIL.strip()).code == 503, "MAIL before EHLO")
        check(client.command("HELO client.example").code == 250, "HELO")
        check(client.transaction("alice@managed.example", "h@partner.example", message()).is_(250),
              "mail after HELO")

    # The client vanishes: in mid-content nothing is sent, right behind the dot all or nothing.
    peer.clear()
    for n in range(20):
        client = gateway.client()
        client.send(MAIL + RCPT % b"cut%d" % n + b"DATA\r\n")
        codes(client, 3)
        client.send(GOOD[:-3] if n % 2 else GOOD)
        client.close()
    check(gateway.send("alice@managed.example", "end@partner.example", message()).is_(250), "next")
    peer.wait(1, match=lambda m: m.recipients == ["end@partner.example"])
    peer.never(1.0, lambda m: any(f"cut{n}@partner.example" in m.recipients for n in range(1, 20, 2)))
    equal(gateway.queue(), [], "queue")
    gateway.stop()


if __name__ == "__main__":
    run(main)
