# SPDX-License-Identifier: Apache-2.0
"""A route with tls = "verify" delivers to a certificate of the right authority and name, and to no
other. (E12)"""
from support.certs import Authority
from support.mail import message
from support.scenario import check, equal, eventually, run

NAME = "mx.partner.example"


def main(s):
    ours, foreign = Authority(s.dir / "ca"), Authority(s.dir / "foreign", "Another CA")
    peers = {
        "good": s.peer(tls=ours.server(NAME)),
        "other-name": s.peer(tls=ours.server("evil.example", file="evil")),
        "longer-name": s.peer(tls=ours.server(NAME + ".evil.example", file="longer")),
        "foreign-ca": s.peer(tls=foreign.server(NAME)),
        "expired": s.peer(tls=ours.server(NAME, days=-1, file="expired")),
        "no-tls": s.peer(),
    }
    gateway = s.gateway(config={
        "tls": {"ca_file": str(ours.certificate)},
        "delivery": {"retry": ["1h"]},
        "route": [{"domain": f"{name}.example", "next_hop": f"127.0.0.1:{peer.port}",
                   "tls": "verify", "tls_name": NAME} for name, peer in peers.items()]})
    for name in peers:
        check(gateway.send("alice@managed.example", f"bob@{name}.example", message()).is_(250), name)
    equal([m.tls for m in peers["good"].wait(1)], [True], "good: over TLS")
    bad = set(peers) - {"good"}

    def waiting():
        return {r["address"].partition("@")[2].removesuffix(".example"): r
                for item in gateway.queue() for r in item["recipients"]}
    eventually(lambda: set(waiting()) == bad and all(r["attempts"] for r in waiting().values()),
               lambda: f"these wait: {bad}; found {waiting()}")
    for name in bad:
        equal(peers[name].messages, [], f"{name}: delivered")
        check(not any(c.upper().startswith(b"MAIL") for c in peers[name].commands),
              f"{name}: the envelope was told to the wrong server")
        note = waiting()[name]["note"]
        check("TLS" in note or "certificate" in note, f"{name}: the note does not say why: {note}")

    # Trust taken away by reload: the good one waits as well; no old session opens the door.
    gateway.write_config({"tls": {"ca_file": str(foreign.certificate)}})
    gateway.must("queue", "delete", *[i["id"] for i in gateway.queue()], "--yes")
    gateway.reload()
    peers["good"].clear()

    def trust_is_gone():
        gateway.send("alice@managed.example", "again@good.example", message())
        return "good" in waiting()
    eventually(trust_is_gone, "the reload takes the trust away", seconds=15)
    gateway.stop()


if __name__ == "__main__":
    run(main)
