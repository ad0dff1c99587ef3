# SPDX-License-Identifier: Apache-2.0
"""TLS to the next hop by route: none, opportunistic, required; where TLS is required, mail waits
rather than leaves in clear, and injected replies spoil the connection. (H4, H19, E11)"""
from support.certs import Authority
from support.mail import message
from support.scenario import check, equal, eventually, run


def main(s):
    authority = Authority(s.dir / "ca")
    tls = authority.server("mx.partner.example")
    inject = b"220 2.0.0 go on\r\n250-injected\r\n250 SIZE 1\r\n"
    peers = {
        # name: (route's tls, peer, wanted: in TLS, in clear, or waiting)
        "none": ("none", s.peer(tls=tls), "clear"),
        "maybe": ("opportunistic", s.peer(tls=tls), "tls"),
        "maybe-not-offered": ("opportunistic", s.peer(), "clear"),
        "maybe-refused": ("opportunistic", s.peer({"STARTTLS": b"454 4.7.0 not now\r\n"}, tls=tls),
                          "clear"),
        "must": ("required", s.peer(tls=tls), "tls"),
        "must-not-offered": ("required", s.peer(), "waits"),
        "must-refused": ("required", s.peer({"STARTTLS": b"454 4.7.0 not now\r\n"}, tls=tls),
                         "waits"),
        "must-5xx": ("required", s.peer({"STARTTLS": b"501 5.5.1 what\r\n"}, tls=tls), "waits"),
        "must-injected": ("required", s.peer({"STARTTLS": inject}, tls=tls), "waits"),
        "maybe-injected": ("opportunistic", s.peer({"STARTTLS": inject}, tls=tls), "not tls"),
    }
    gateway = s.gateway(config={
        "delivery": {"retry": ["1h"], "reply_timeout": "3s"},
        "route": [{"domain": f"{name}.example", "next_hop": f"127.0.0.1:{peer.port}",
                   "tls": how} for name, (how, peer, _) in peers.items()] +
                 [{"domain": "managed.example", "next_hop": f"127.0.0.1:{peers['none'][1].port}"}]})
    for name in peers:
        check(gateway.send("alice@managed.example", f"bob@{name}.example", message()).is_(250), name)

    for name, (_, peer, wanted) in peers.items():
        if wanted in ("tls", "clear"):
            equal([m.tls for m in peer.wait(1)], [wanted == "tls"], f"{name}: over TLS")
    eventually(lambda: all(peer.connections for _, peer, _ in peers.values()), "all were tried")

    def waiting():
        return {r["address"].partition("@")[2].removesuffix(".example"): r
                for item in gateway.queue() for r in item["recipients"]}
    must_wait = {name for name, (_, _, wanted) in peers.items() if wanted == "waits"}
    eventually(lambda: set(waiting()) - {"maybe-injected"} == must_wait
               and all(r["attempts"] >= 1 for r in waiting().values()),
               lambda: f"these wait: {must_wait}; found {waiting()}")
    for name in must_wait:
        peer = peers[name][1]
        equal(peer.messages, [], f"{name}: mail left in clear")
        check(not any(c.upper().startswith(b"MAIL") for c in peer.commands),
              f"{name}: MAIL was sent in clear: {peer.commands}")
        check("TLS" in waiting()[name]["note"], f"{name}: the note does not say why: {waiting()[name]}")
    # Octets behind the 220 must not be taken for the answer to the EHLO within TLS.
    check(all(not m.tls for m in peers["maybe-injected"][1].messages), "injected reply was believed")

    # When TLS is back, it goes.
    for name in ("must-refused", "must-5xx", "must-injected"):
        peers[name][1].script.clear()
    gateway.must("queue", "retry", "--all")
    for name in ("must-refused", "must-5xx", "must-injected"):
        equal([m.tls for m in peers[name][1].wait(1)], [True], f"{name}: over TLS in the end")
    gateway.stop()


if __name__ == "__main__":
    run(main)
