# SPDX-License-Identifier: Apache-2.0
"""One unified listener: trusted networks send out, everybody else sends in."""
from support.gateway import listener
from support.mail import message
from support.scenario import check, run

INSIDE, OUTSIDE = "127.0.0.1", "127.0.0.50"


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={"listener": [
        listener("both", direction="unified", trusted_networks=["127.0.0.0/29"])]})
    cases = [
        # source, sender, recipient, code and status wanted
        (INSIDE, "alice@managed.example", "bob@partner.example", (250,)),
        ("127.0.0.7", "alice@managed.example", "bob@partner.example", (250,)),
        (INSIDE, "alice@managed.example", "carol@managed.example", (250,)),
        (INSIDE, "x@stranger.example", "bob@partner.example", (550, "5.7.1")),
        (OUTSIDE, "x@stranger.example", "alice@managed.example", (250,)),
        (OUTSIDE, "alice@managed.example", "alice@managed.example", (250,)),
        (OUTSIDE, "alice@managed.example", "bob@partner.example", (550, "5.7.1")),
        (OUTSIDE, "x@stranger.example", "bob@partner.example", (550, "5.7.1")),
        ("127.0.0.8", "alice@managed.example", "bob@partner.example", (550, "5.7.1")),
    ]
    for source, sender, recipient, wanted in cases:
        with gateway.client("both", source=source) as client:
            reply = client.transaction(sender, recipient, message(sender, recipient))
        check(reply.is_(*wanted), f"{sender} -> {recipient} from {source}: {reply}")
    peer.wait(sum(1 for case in cases if case[3] == (250,)))
    gateway.stop()


if __name__ == "__main__":
    run(main)
