# SPDX-License-Identifier: Apache-2.0
"""An inbound listener takes recipients in managed domains only, from whomever."""
from support.gateway import listener
from support.mail import added_above, message
from support.scenario import check, equal, run


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={
        "listener": [listener("inbound")],
        "domain": [{"name": "managed.example"}, {"name": "wide.example", "subdomains": True},
                   {"name": "bücher.example"}]})
    ours = ["a@managed.example", "b@MANAGED.EXAMPLE", "c@wide.example", "d@deep.down.wide.example",
            "e@xn--bcher-kva.example"]
    others = ["x@partner.example", "x@sub.managed.example", "x@notmanaged.example",
              "x@managed.example.evil.example", "x@xn--bcher-kva.example.evil", "x@[127.0.0.1]"]
    content = message("stranger@world.example", "a@managed.example")
    with gateway.client("inbound") as client:
        for sender in ("stranger@world.example", "alice@managed.example", ""):
            check(client.command(f"MAIL FROM:<{sender}>").is_(250), f"MAIL from <{sender}>")
            for recipient in others:
                reply = client.command(f"RCPT TO:<{recipient}>")
                check(reply.is_(550, "5.7.1"), f"{recipient} from <{sender}>: {reply}")
            for recipient in ours:
                reply = client.command(f"RCPT TO:<{recipient}>")
                check(reply.is_(250), f"{recipient} from <{sender}>: {reply}")
            reply = client.data(content)
            check(reply.is_(250), f"after the dot: {reply}")
        # In Unicode, with SMTPUTF8: the same domain.
        check(client.command("MAIL FROM:<stranger@world.example> SMTPUTF8").is_(250), "SMTPUTF8")
        reply = client.command("RCPT TO:<e@bücher.example>")
        check(reply.is_(250), f"U-label: {reply}")
        client.command("RSET")
        # A trailing dot is no domain in SMTP; it must not open anything either.
        client.command("MAIL FROM:<stranger@world.example>")
        reply = client.command("RCPT TO:<x@partner.example.>")
        check(reply.code >= 500, f"trailing dot: {reply}")
    for received in peer.wait(3):
        added_above(received, content)
    domains = {r.partition("@")[2].lower() for m in peer.messages for r in m.recipients}
    equal(domains, {"managed.example", "wide.example", "deep.down.wide.example",
                    "xn--bcher-kva.example"}, "domains that mail went to")
    gateway.stop()


if __name__ == "__main__":
    run(main)
