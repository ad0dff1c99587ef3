# SPDX-License-Identifier: Apache-2.0
"""A route with `tls = "verify"` holds for passwords too: a next hop whose certificate is another's,
or nobody's that we know, or one that offers no TLS, is told none."""
import base64

from support.certs import Authority, any_certificate
from support.gateway import listener
from support.mail import message
from support.scenario import check, equal, eventually, run

PLAIN = base64.b64encode(b"\0alice\0secret").decode()


def main(s):
    ours, foreign = Authority(s.dir / "ca"), Authority(s.dir / "other", "Another CA")
    hops = {"good": ours.server("localhost"), "another's": ours.server("evil.example"),
            "expired": ours.server("localhost", days=-1, file="expired"),
            "unknown": foreign.server("localhost"), "none": None}
    peers = {name: s.peer({"other": b"235 2.7.0 welcome\r\n"}, tls=tls,
                          extensions=("PIPELINING", "AUTH PLAIN LOGIN"))
             for name, tls in hops.items()}
    gateway = s.gateway(start=False, config={
        "tls": {"ca_file": str(ours.certificate)},
        "listener": [listener("out", mode="through", auth="pass-through")]})

    def route(name, tls="verify"):
        gateway.write_config({"route": [{"domain": "*", "tls": tls,
                                         "next_hop": f"localhost:{peers[name].port}"}]})
        if not gateway.alive():
            gateway.start()
        gateway.reload()
        eventually(lambda: str(peers[name].port) in gateway.cli("route", "list").out, "the route")

    def sign_in():
        with gateway.client("out") as client:
            client.starttls(any_certificate())
            client.ehlo()
            reply = client.command(f"AUTH PLAIN {PLAIN}")
            if reply.code == 235:
                sent = client.transaction("alice@managed.example", "b@partner.example", message())
                check(sent.is_(250), f"{sent}")
            return reply

    def told(name):
        return [line for line in peers[name].commands if line.upper().startswith(b"AUTH")]

    for name in hops:
        route(name)
        reply = sign_in()
        if name == "good":
            check(reply.is_(235), f"good: {reply}")
        else:
            check(reply.is_(454, "4.7.0"), f"{name}: {reply}")
            equal(told(name), [], f"{name}: what it was told")
            equal(peers[name].messages, [], f"{name}: mail")
    # Where the route wants no proof there is TLS all the same, or nothing.
    for tls, name, code in (("opportunistic", "unknown", 235), ("required", "unknown", 235),
                            ("opportunistic", "none", 454), ("none", "good", 454)):
        peers[name].clear()
        route(name, tls)
        equal(sign_in().code, code, f"{tls}, {name}")
        equal(len(told(name)), int(code == 235), f"{tls}, {name}: what it was told")
    gateway.stop()


if __name__ == "__main__":
    run(main)
