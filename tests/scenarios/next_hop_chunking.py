# SPDX-License-Identifier: Apache-2.0
"""A next hop that offers CHUNKING gets small messages as one chunk, octet for octet; its refusals mean
the same as with DATA. One that offers it and does not know BDAT gets the message by DATA, once."""
from support.gateway import listener
from support.mail import added_above, message
from support.peer import EXTENSIONS
from support.reports import Report, is_report
from support.scenario import check, equal, eventually, run

SENDER = "alice@managed.example"
DOTS = message(body=".\n..\n.two\nlast.\n.\n")


def verbs(peer):
    return [command.split(b" ")[0].split(b":")[0].upper() for command in peer.commands]


def main(s):
    def rcpt(_, line):
        return b"550 5.1.1 no such user\r\n" if b"gone" in line else None
    peer = s.peer({"RCPT": rcpt}, chunking=True)
    liar = s.peer(extensions=[*EXTENSIONS, "CHUNKING"])  # BDAT is a 502 there
    home = s.peer()
    gateway = s.gateway(config={
        "listener": [listener(), listener("inbound")],
        "domain": [{"name": "managed.example"}, {"name": "inside.example"}, {"name": "liar.example"}],
        "route": [{"domain": domain, "next_hop": f"127.0.0.1:{to.port}", "tls": "none"}
                  for domain, to in (("managed.example", home), ("liar.example", liar), ("*", peer))]})

    def send(recipients, content=DOTS, name="outbound"):
        with gateway.client(name) as client:
            reply = client.transaction(SENDER, recipients, content)
        check(reply.is_(250), f"{recipients}: {reply}")

    def fresh():
        eventually(lambda: gateway.queue() == [], "the queue is empty")
        for one in (peer, liar, home):
            one.clear()

    def by_chunk(name, recipient, first=0):
        send(recipient, name=name)
        received = peer.wait(1)[0]
        added_above(received, DOTS)
        size = len(received.raw)
        equal(received.chunks, [first, size - first] if first else [size], f"{name}: chunks")
        check(b"DATA" not in verbs(peer), f"{name}: DATA in {verbs(peer)}")
        fresh()
    # On a new connection one word of ours goes first: it could be no command.
    by_chunk("outbound", "bob@partner.example", first=len(b"Received:"))
    by_chunk("outbound", "bob@partner.example")
    by_chunk("inbound", "bob@inside.example")  # `through`: each RCPT is asked first

    # One of two is refused; then both, and the answer to the chunk is 503.
    send(["bob@partner.example", "gone@partner.example"])
    equal(peer.wait(1)[0].recipients, ["bob@partner.example"], "who was taken")
    equal(str(Report(home.wait(1)[0]).recipient("gone@partner.example")["Status"]).strip(), "5.1.1",
          "Status of the one that was refused")
    fresh()
    send(["gone1@partner.example", "gone2@partner.example"])
    report = Report(home.wait(1, match=is_report)[0])
    for recipient in ("gone1@partner.example", "gone2@partner.example"):
        equal(str(report.recipient(recipient)["Status"]).strip(), "5.1.1", f"Status of {recipient}")
    equal(peer.messages, [], "messages without a recipient")
    fresh()

    # Refused and put off after the content.
    peer.script["BDAT"] = [b"554 5.7.1 not here\r\n"]
    send("bob@partner.example")
    equal(str(Report(home.wait(1)[0]).recipient("bob@partner.example")["Status"]).strip(), "5.7.1",
          "Status of a refused chunk")
    fresh()
    peer.script["BDAT"] = [b"451 4.3.0 later\r\n"]
    send("bob@partner.example")
    peer.wait(1)
    equal(verbs(peer).count(b"BDAT"), 2, "tries of a chunk that was put off")
    fresh()

    # What is larger than 256 KiB waits for the answers to the envelope, and goes by DATA.
    large = message(body=("x" * 70 + "\n") * 4000)
    send("bob@partner.example", large)
    received = peer.wait(1)[0]
    added_above(received, large)
    equal(received.chunks, [], "chunks of a large message")
    fresh()

    # Offered and not known: by DATA on another connection, and by DATA alone from then on.
    for n in range(3):
        send(f"r{n}@liar.example")
        added_above(liar.wait(n + 1)[n], DOTS)
    eventually(lambda: gateway.queue() == [], "the queue is empty")
    equal(sorted(m.recipients[0] for m in liar.messages), [f"r{n}@liar.example" for n in range(3)],
          "messages at one that does not know BDAT")
    equal(verbs(liar).count(b"BDAT"), 1, "BDAT to one that does not know it")
    asked = next(c for c in liar.connections if any(line.startswith(b"BDAT") for line in c.commands))
    equal(asked.messages, [], "messages on the connection on which BDAT was not known")
    equal(home.messages, [], "reports")
    fresh()

    # The setting, at once.
    gateway.write_config({"delivery": {"chunking": False, "connection_idle": "1s"}})
    gateway.reload()
    eventually(lambda: "chunking = false" in gateway.must("config", "show").out, "reloaded")
    eventually(lambda: all(c.ended.is_set() for c in peer.connections), "the old ones are closed", 20)
    send("bob@partner.example")
    received = peer.wait(1)[0]
    added_above(received, DOTS)
    equal(received.chunks, [], "chunks with chunking = false")
    gateway.stop()


if __name__ == "__main__":
    run(main)
