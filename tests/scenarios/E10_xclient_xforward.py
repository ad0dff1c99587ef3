# SPDX-License-Identifier: Apache-2.0
"""XCLIENT and XFORWARD: from listed hosts only. What XCLIENT says decides whom we trust; what
XFORWARD says stands in the log and nowhere else."""
from support.gateway import listener
from support.mail import message
from support.scenario import check, equal, run

PROXY, STRANGER = "127.0.0.9", "127.0.0.50"


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={"listener": [
        listener("both", direction="unified", trusted_networks=["127.0.0.1", PROXY, "10.0.0.0/8"],
                 xclient_from=[PROXY], xforward_from=["127.0.0.1"]),
        listener("out", trusted_networks=["10.0.0.0/8"], xclient_from=[PROXY])]})

    def relays(client):
        reply = client.transaction("alice@managed.example", "bob@partner.example", message())
        check(reply.is_(250) or reply.is_(550, "5.7.1") or reply.is_(554, "5.7.1"), f"{reply}")
        return reply.code == 250

    # Strangers, and those who are listed for the other one.
    for source, has in ((STRANGER, ()), (PROXY, ("XCLIENT",)), ("127.0.0.1", ("XFORWARD",))):
        with gateway.client("both", source=source) as client:
            for name in ("XCLIENT", "XFORWARD"):
                equal(name in client.extensions, name in has, f"{name} offered to {source}")
                reply = client.command(f"{name} ADDR=[UNAVAILABLE]")
                check(name in has or reply.is_(550, "5.7.1"), f"{name} of {source}: {reply}")
    with gateway.client("both", source=STRANGER) as client:
        check(client.command("XCLIENT ADDR=127.0.0.1").is_(550), "XCLIENT of a stranger")
        check(not relays(client), "no trust by it")
    gateway.wait_log(r"XCLIENT refused: 550 5\.7\.1 Not authorised \(ADDR=127\.0\.0\.1\)")

    # The address governs trust: lost, got, and lost again; not even the address known.
    with gateway.client("both", source=PROXY) as client:
        check(relays(client), "the proxy itself is trusted")
        for value, trusted in (("192.0.2.7", False), ("10.1.2.3", True), ("IPV6:2001:db8::1", False),
                               ("IPV6:::ffff:10.1.2.3", True), ("[UNAVAILABLE]", False)):
            reply = client.command(f"XCLIENT NAME=c.example ADDR={value} HELO=c.example")
            check(reply.code == 220, f"XCLIENT: {reply}")
            reply = client.command("MAIL FROM:<alice@managed.example>")
            check(reply.is_(503, "5.5.1"), f"MAIL before EHLO: {reply}")
            client.ehlo("proxy.example")
            equal(relays(client), trusted, f"trusted as {value}")
    gateway.wait_log(rf"connection from 192\.0\.2\.7 \(HELO c\.example, .*, by XCLIENT of {PROXY}\)")
    received = [m.header("Received")[0] for m in peer.wait(3)]
    check(any("from c.example ([10.1.2.3])" in field for field in received),
          f"trace of the named client: {received}")

    # An outbound listener lets the proxy in, but not its mail before it says whose it is.
    with gateway.client("out", source=PROXY) as client:
        reply = client.command("MAIL FROM:<alice@managed.example>")
        check(reply.is_(554, "5.7.1"), f"MAIL of the proxy itself: {reply}")
        client.command("XCLIENT ADDR=10.1.2.3")
        client.ehlo()
        check(relays(client), "named: inside")
        reply = client.command("XCLIENT ADDR=192.0.2.7")
        check(reply.is_(554, "5.7.1") and client.at_end(), f"named: outside: {reply}")

    # No line ends, no controls, no unknown words.
    with gateway.client("both", source=PROXY) as client:
        for value in ("NAME=a+0D+0AMAIL", "HELO=+00", "ADDR=10.1.2.3 ADDR=10.1.2.3", "ADDR=10.1.2",
                      "ADDR=", "EVIL=1", "NAME=" + "a" * 256, ""):
            reply = client.command(f"XCLIENT {value}")
            check(reply.is_(501, "5.5.4"), f"XCLIENT {value[:40]}: {reply}")
        check(relays(client), "the session is as it was")

    # XFORWARD: per transaction, for the log.
    with gateway.client("both", source="127.0.0.1") as client:
        check(client.command("XFORWARD NAME=spike.example ADDR=192.0.2.66 PROTO=ESMTP").is_(250), "1")
        check(client.command("XFORWARD HELO=a+20[b] IDENT=4F0 SOURCE=REMOTE").is_(250), "2")
        check(relays(client), "trust is that of the host")
        check(client.command("XFORWARD IDENT=a+0Ab").is_(501), "a line end")
        check(relays(client), "a second message")
    match = r"forwarded from spike\.example\[192\.0\.2\.66\] \(HELO a \[b\], ESMTP, id 4F0, remote\)"
    gateway.wait_log(match)
    equal(len([one for one in gateway.log() if "forwarded from" in one]), 1, "lines of XFORWARD")
    # A next hop that offers it is told the same, before MAIL; its answer makes no difference.
    proxy = {"listener": [listener("both", mode="through", xforward_from=["127.0.0.1"])]}
    for answer in (b"250 2.0.0 ok\r\n", b"550 5.7.1 no\r\n"):
        hop = s.peer({"other": answer}, extensions=("PIPELINING", "XFORWARD NAME ADDR HELO"))
        second = s.gateway(next_hop=hop, name=f"second{answer[:3].decode()}", config=proxy)
        with second.client("both") as client:
            client.command("XFORWARD NAME=c.example ADDR=IPV6:2001:db8::7 IDENT=9 HELO=a+20b")
            check(relays(client), "told")
            check(relays(client), "nothing to tell")
        told = [line for line in hop.commands if line.startswith(b"XFORWARD")]
        equal(told, [b"XFORWARD NAME=c.example ADDR=IPV6:2001:db8::7 HELO=a+20b"], "what it was told")
        equal(hop.commands.index(told[0]) + 1,
              next(n for n, line in enumerate(hop.commands) if line.startswith(b"MAIL")), "when")
        second.stop()
    gateway.stop()


if __name__ == "__main__":
    run(main)
