# SPDX-License-Identifier: Apache-2.0
"""LMTP to a mail store on a Unix socket: mail arrives, each recipient has its own answer, the log says where, TLS is only
used where the route asks for it; a socket that is missing, dead or not permitted is said, and its mail waits."""
import os

from support.certs import Authority
from support.gateway import listener
from support.mail import message
from support.scenario import check, equal, eventually, run

SENDER = "alice@managed.example"


def main(s):
    path = s.dir / "lmtp"
    hop = f"lmtp:unix:{path}"
    store = s.peer(lmtp=True, path=path, tls=Authority(s.dir / "ca").server("localhost"),
                   extensions=("PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES"))
    gateway = s.gateway(config={
        "listener": [listener(), listener("lmtp", protocol="lmtp")],
        "delivery": {"retry": ["1s"], "jitter_percent": 0},
        "limits": {"free_disk": "1 MiB"},
        "route": [{"domain": "*", "next_hop": hop}]})

    # In by SMTP and by LMTP, out over the socket; one connection serves one message after another.
    for n in range(3):
        reply = gateway.send(SENDER, ["a@p.example", "b@p.example"], message())
        check(reply.is_(250), f"{reply}")
        store.wait(n + 1)
    check(store.commands[0].startswith(b"LHLO "), f"{store.commands[:1]}")
    equal([m.tls for m in store.messages], [False] * 3, "TLS where nobody asked for it")
    gateway.wait_log(rf"recipient 1/2 \(a@p\.example\): delivered to unix:{path}: 250 2\.0\.0 ok")
    equal(len(store.connections), 1, "connections")
    store.clear()
    left = {b"<full@": b"552 5.2.2 full\r\n", b"<later@": b"451 4.2.1 busy\r\n"}
    store.script = {"dot": lambda _, line: next((left.pop(w) for w in list(left) if w in line), None)}
    with gateway.client("lmtp", hello="LHLO") as client:
        replies = client.lmtp(SENDER, ["a@p.example", "full@p.example", "later@p.example"], message())
    equal([reply.code for reply in replies], [250, 552, 451], "each recipient")
    store.script = {}

    # TLS where the route wants it.
    gateway.must("route", "add", "tls.example", hop, "--tls", "required")
    check(gateway.send(SENDER, "a@tls.example", message()).is_(250), "over TLS")
    eventually(lambda: [m.tls for m in store.messages if m.recipients == ["a@tls.example"]] == [True], "TLS", 15)
    gateway.must("route", "remove", "tls.example")

    # What doctor and check say.
    def doctor():
        found = [one for one in gateway.cli("doctor", "--json").json()["checks"] if one["area"] == f"next hop {hop}"]
        equal(len(found), 1, f"findings about {hop}")
        return found[0]["level"], found[0]["text"], found[0]["advice"]
    equal(doctor()[:2], ("ok", f"answers EHLO: unix:{path}"), "doctor")
    equal(gateway.check_config().code, 0, "check")

    # It goes away: first the program, then its socket. Mail waits, and goes when it is back.
    store.down()
    check(gateway.send(SENDER, "waits@p.example", message()).is_(250), "taken all the same")
    gateway.wait_log(rf"waits@p\.example.*own status for {hop}: 451 4\.4\.1 nobody listens at the socket")
    level, text, _ = doctor()
    check(level == "fail" and "nobody listens at the socket" in text, f"doctor: {level} {text}")
    path.unlink()
    level, text, advice = doctor()
    check(level == "fail" and f"there is no socket {path}" in text and "start that program" in advice,
          f"doctor: {level} {text} {advice}")
    checked = gateway.check_config()
    check(checked.code != 0 and f"there is no socket {path}" in checked.out + checked.err, f"check: {checked}")
    gateway.must("queue", "retry", "--all")
    gateway.wait_log(rf"waits@p\.example.*4\.4\.1 there is no such socket")
    store.up()
    gateway.must("queue", "retry", "--all")
    store.wait(1, match=lambda m: m.recipients == ["waits@p.example"])
    eventually(lambda: not gateway.queue(), "the queue empties", 15)

    # Not permitted, for a daemon that is not root.
    if os.geteuid() == 0:
        for place in (gateway.data, *gateway.data.rglob("*")):
            os.chown(place, 12345, 12345, follow_symlinks=False)
        os.chmod(path, 0o600)
        level, text, _ = doctor()
        check(level == "fail" and f"12345 may not connect to {path} (mode 600)" in text, f"doctor: {level} {text}")
        checked = gateway.check_config()
        check(checked.code != 0 and "may not connect" in checked.out + checked.err, f"check: {checked}")

    # A path that is none is refused where it is written.
    refused = gateway.cli("route", "add", "x.example", "lmtp:unix:run/lmtp")
    check(refused.code != 0 and "absolute path" in refused.err, f"{refused}")
    gateway.stop()


if __name__ == "__main__":
    run(main)
