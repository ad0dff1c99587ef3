# SPDX-License-Identifier: Apache-2.0
"""Strangers hold more unfinished content than memory allows: what is held stays within the limit, some
of them are sent away, and mail of the organisation goes on passing."""
from support.client import SmtpClient
from support.gateway import listener
from support.mail import message
from support.scenario import check, equal, eventually, run

STRANGER = "127.0.0.50"
LIMIT = 4 * 1024 * 1024
BLOCK = (b"B" * 998 + b"\r\n") * 250
COUNT, ROUNDS = 10, 4  # of a quarter of a megabyte each


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={
        "listener": [listener(), listener("inbound", mode="store", trusted_networks=[])],
        "limits": {"memory": "4 MiB"}, "smtp": {"message_size": "3 MiB"}})

    def held():
        return gateway.must("status", "--json").json()["memory"]["content"]

    strangers = []
    for _ in range(COUNT):
        client = gateway.client("inbound", source=STRANGER)
        client.command("MAIL FROM:<x@world.example>")
        client.command("RCPT TO:<alice@managed.example>")
        check(client.command("DATA").code == 354, "DATA")
        client.send(b"Subject: unfinished\r\n\r\n")
        strangers.append(client)
    most, cut = 0, []
    for _ in range(ROUNDS):
        for client in list(strangers):
            try:
                client.send(BLOCK)
            except OSError:
                strangers.remove(client)
                cut.append(client)
        most = max(most, held())
    check(most <= LIMIT, f"{most} octets of content are held, the limit is {LIMIT}")
    check(most >= LIMIT // 4, f"only {most} octets of content are held, there is no contest")

    # While they sit there: a stranger is put off, the organisation is served.
    try:
        late = SmtpClient(gateway.port("inbound"), source=STRANGER, timeout=1)
        reply = late.reply()
        if reply.code == 220:
            late.ehlo()
            reply = late.command("MAIL FROM:<x@world.example> SIZE=3000000")
        check(reply.code in (421, 452), f"a late stranger: {reply}")
    except TimeoutError:
        pass  # it has to wait
    for n in range(3):
        content = message(body=("x" * 70 + "\n") * 3000)
        reply = gateway.send("alice@managed.example", f"r{n}@partner.example", content)
        check(reply.is_(250), f"trusted mail while memory is short: {reply}")
    peer.wait(3)

    def sent_away():
        cut.extend(client for client in strangers if client not in cut and client.at_end(0.02))
        return len(cut) >= COUNT // 2
    eventually(sent_away, lambda: f"{COUNT // 2} strangers are sent away; {len(cut)} were")
    for client in cut:
        check(client.at_end() and client.buffer[:4] in (b"", b"421 "), f"told {client.buffer!r}")
    gateway.wait_log(r"content cut off: 421 4\.3\.2")
    for client in strangers:
        client.close()
    eventually(lambda: held() == 0, "nothing is held any more")
    equal(gateway.send("x@world.example", "alice@managed.example", message(), "inbound").code, 250,
          "a stranger once there is room")
    gateway.stop()


if __name__ == "__main__":
    run(main)
