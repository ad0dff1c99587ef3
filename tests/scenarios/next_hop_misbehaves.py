# SPDX-License-Identifier: Apache-2.0
"""The next hop hangs, drops, talks rubbish, says 421, floods or trickles in each state: the message
is delivered at a later try, the others do not suffer. (H8, H10, H11)"""
import time

from support.gateway import listener
from support.mail import message
from support.peer import Close, Drop, Hang, Say, Trickle
from support.scenario import Failure, check, equal, eventually, run

STATES = ["connect", "EHLO", "MAIL", "RCPT", "DATA", "dot"]
BEHAVIOURS = {
    "hang": Hang,
    "drop": Drop,
    "reset": lambda: Drop(reset=True),
    "garbage": lambda: Say(b"\x16\x03\x01\x00 what is this\r\n"),
    "nocode": lambda: Say(b"ok fine\r\n"),
    "421": lambda: Close(b"421 4.3.2 going down\r\n"),
    "changing-code": lambda: Say(b"250-one\r\n354 two\r\n"),
    "endless": lambda: Say(b"250-more and more\r\n" * 50_000),
    "huge-line": lambda: Say(b"250 " + b"x" * 3_000_000 + b"\r\n"),
    "half": lambda: Close(b"25"),
    "nul": lambda: Say(b"250 o\0k\r\n"),
    "barecr": lambda: Say(b"250 ok\r250 ok\r\n"),
    "3xx": lambda: Say(b"399 later?\r\n"),
}


def stale_connection(s):
    """A pooled connection that the next hop closed is no reason for a client to hear 451. (H11)"""
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, name="stale", config={"listener": [listener(mode="through")]})
    check(gateway.send("alice@managed.example", "one@p.example", message()).is_(250), "first")
    for round_ in range(5):
        for action in (Drop(), Drop(reset=True), Close(b"421 4.4.2 idle too long\r\n")):
            peer.script["MAIL"] = [action]
            reply = gateway.send("alice@managed.example", f"two{round_}@p.example", message())
            check(reply.is_(250), f"stale connection: {reply}")
            peer.script["MAIL"] = []
    eventually(lambda: gateway.queue() == [], "the queue is empty")
    equal(len(peer.messages), 16, "messages after stale connections")
    gateway.stop()


def main(s):
    peers = {}
    for state in STATES:
        for name, make in BEHAVIOURS.items():
            if (state, name) == ("DATA", "3xx"):
                continue
            peers[f"{state.lower()}-{name}"] = s.peer({state: [make()]})
    slow = s.peer({"EHLO": [Trickle(b"250-peer\r\n250 PIPELINING\r\n", 0.02)]})
    peers["ehlo-trickle"] = slow
    gateway = s.gateway(config={
        "delivery": {"retry": ["1s"], "reply_timeout": "2s", "final_timeout": "2s",
                     "connect_timeout": "2s"},
        "route": [{"domain": f"{name}.example", "next_hop": f"127.0.0.1:{peer.port}", "tls": "none"}
                  for name, peer in peers.items()] +
                 [{"domain": "managed.example", "next_hop": f"127.0.0.1:{slow.port}"}]})
    began = time.monotonic()
    with gateway.client() as client:
        for name in peers:
            reply = client.transaction("alice@managed.example", f"bob@{name}.example", message())
            check(reply.is_(250), f"{name}: {reply}")
    check(time.monotonic() - began < 20, "accepting mail waits for bad next hops")

    late = {}
    for name, peer in peers.items():
        try:
            peer.wait(1, seconds=max(1, 60 - (time.monotonic() - began)))
        except AssertionError as missing:
            late[name] = str(missing)
    if late:
        raise Failure(f"not delivered after a misbehaving try: {sorted(late)}")
    eventually(lambda: gateway.queue() == [], lambda: f"the queue is empty; {gateway.queue()}", 20)
    for name, peer in peers.items():
        copies = len([m for m in peer.messages if m.recipients == [f"bob@{name}.example"]])
        most = 2 if name.startswith("dot-") else 1
        check(1 <= copies <= most, f"{name}: {copies} copies")
        check(not any(m.sender == "" for m in peer.messages), f"{name}: a report was sent")
    gateway.stop()
    stale_connection(s)


if __name__ == "__main__":
    run(main)
