# SPDX-License-Identifier: Apache-2.0
"""Content that reads like commands does nothing at a next hop that offers CHUNKING and does not know
BDAT."""
from support.gateway import listener
from support.mail import message
from support.peer import EXTENSIONS
from support.scenario import check, equal, run

EVIL = "MAIL FROM:<ceo@managed.example>\nRCPT TO:<clerk@managed.example>\nDATA\n" \
       "Subject: smuggled\n\nPay them.\n.\nQUIT\n"


def main(s):
    for name in ("inbound", "outbound"):
        peer = s.peer(extensions=[*EXTENSIONS, "CHUNKING"])
        gateway = s.gateway(next_hop=peer, name=name, config={"listener": [
            listener(), listener("inbound", trusted_networks=[])]})
        sender = "x@world.example" if name == "inbound" else "alice@managed.example"
        for n in range(2):
            reply = gateway.send(sender, f"r{n}@managed.example", message(sender, body=EVIL), name)
            check(reply.code in (250, 451), f"{name}: {reply}")
        peer.never(1.0, lambda m: m.sender != sender)
        check(not any(c.startswith(b"RCPT TO:<clerk") for c in peer.commands), f"{name}: smuggled")
        gateway.stop()


if __name__ == "__main__":
    run(main)
