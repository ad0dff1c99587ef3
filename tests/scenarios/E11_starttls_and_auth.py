# SPDX-License-Identifier: Apache-2.0
"""What is said in clear never counts under TLS, on either side of us, when passwords follow; and what
speaks another protocol is sent away."""
import base64

from support.certs import Authority, any_certificate
from support.client import Closed
from support.gateway import listener
from support.mail import message
from support.scenario import check, equal, run

PLAIN = base64.b64encode(b"\0alice\0secret").decode()


def main(s):
    authority = Authority(s.dir / "ca")
    peer = s.peer({"other": b"235 2.7.0 welcome\r\n"}, tls=authority.server("localhost"),
                  extensions=("PIPELINING", "AUTH PLAIN"))
    gateway = s.gateway(next_hop=peer, config={
        "listener": [listener("out", mode="through", auth="pass-through", xforward_from=["127.0.0.1"]),
                     listener("lmtp", protocol="lmtp")],
        "route": [{"domain": "*", "next_hop": f"127.0.0.1:{peer.port}"}]})

    def secured():
        client = gateway.client("out")
        client.starttls(any_certificate())
        return client

    # Behind STARTTLS in the same segment: not under TLS, not in clear either.
    for behind in (f"AUTH PLAIN {PLAIN}\r\n", "EHLO x\r\n", "MAIL FROM:<alice@managed.example>\r\n"):
        with gateway.client("out") as client:
            client.send("STARTTLS\r\n" + behind)
            reply = client.reply()
            check(reply.is_(554, "5.5.1") and client.at_end(), f"{behind!r} behind STARTTLS: {reply}")
    # In clear the exchange does not begin, so that no password is asked for.
    with gateway.client("out") as client:
        check(client.command("AUTH LOGIN").is_(538, "5.7.11"), "AUTH in clear")
        check(client.command(PLAIN).is_(500, "5.5.2"), "what follows is no response")
    # EHLO and XFORWARD from before are forgotten.
    with gateway.client("out") as client:
        check(client.command("XFORWARD IDENT=clear").is_(250), "XFORWARD in clear")
        client.starttls(any_certificate())
        check(client.command(f"AUTH PLAIN {PLAIN}").is_(503, "5.5.1"), "AUTH before EHLO")
        check(client.command("MAIL FROM:<alice@managed.example>").is_(503), "MAIL before EHLO")
        client.ehlo()
        check(client.transaction("alice@managed.example", "b@p.example", message()).is_(250), "mail")
    check(not [one for one in gateway.log() if "forwarded from" in one], "what XFORWARD said in clear")
    # A half exchange is dropped with the connection; the next command is a command again.
    with secured() as client:
        client.ehlo()
        check(client.command("AUTH PLAIN").is_(334), "challenge")
        check(client.command("QUIT").is_(501, "5.5.2"), "no response of the exchange")
        check(client.command("NOOP").is_(250), "and over it is")

    # The next hop, or somebody in between, puts replies behind its 220: nothing is told there.
    peer.clear()
    for injected in (b"250 AUTH PLAIN\r\n", b"235 2.7.0 welcome\r\n"):
        peer.script["STARTTLS"] = [b"220 2.0.0 go on\r\n" + injected]
        with secured() as client:
            client.ehlo()
            reply = client.command(f"AUTH PLAIN {PLAIN}")
            check(reply.is_(454, "4.7.0"), f"{injected!r}: {reply}")
    equal([line for line in peer.commands if line.upper().startswith(b"AUTH")], [], "told in clear")

    # A browser made to talk to us.
    for name in ("out", "lmtp"):
        for verb in ("POST / HTTP/1.1", "GET / HTTP/1.1"):
            with gateway.client(name, ehlo=False) as client:
                check(client.reply().code == 220, "greeting")
                client.send(f"{verb}\r\nHost: x\r\n\r\nEHLO x\r\nMAIL FROM:<alice@managed.example>\r\n")
                check(client.reply().is_(421, "4.7.0"), f"{verb} on {name}")
                try:
                    check(False, f"after {verb}: {client.reply()}")
                except Closed:
                    pass
    gateway.stop()


if __name__ == "__main__":
    run(main)
