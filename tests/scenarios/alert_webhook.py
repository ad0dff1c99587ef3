# SPDX-License-Identifier: Apache-2.0
"""Alerts by webhook: a signed POST that a receiver can check, tried again when it fails; a receiver
at a private address gets nothing unless the configuration allows it, a wrong certificate or a
redirect is a failure, and mail flows whatever the receiver does."""
import hashlib
import hmac
import json
import time

from support.certs import Authority
from support.mail import message
from support.scenario import check, equal, eventually, run
from support.webhook import SECRET, Receiver, secret_file, test


def main(s):
    authority = Authority(s.dir / "ca")
    receiver = Receiver(s, authority.server("localhost"))
    secret = secret_file(s)
    peer = s.peer()
    alerts = {"webhook_url": f"https://localhost:{receiver.port}/in?from=gw",
              "webhook_secret_file": str(secret), "webhook_ca_file": str(authority.certificate)}
    gateway = s.gateway(next_hop=peer, config={"alerts": alerts})

    # Refused to a private address, and nothing was asked there.
    code, answer = test(gateway)
    equal((code, answer["taken"]), (1, False), "a private address")
    check("not a public address" in answer["problem"] and "webhook_private" in answer["problem"], answer)
    equal(receiver.requests, [], "requests")
    gateway.send("x@new.example", "bob@partner.example", message())
    gateway.wait_log(r"alert unmanaged-domain: the notice by webhook will be tried again: .*not a public address")
    check(gateway.send("alice@managed.example", "bob@partner.example", message()).is_(250), "mail flows")
    peer.wait(1)

    # Allowed: the notice that waited comes.
    gateway.write_config({"alerts": {**alerts, "webhook_private": True}})
    gateway.reload()
    eventually(lambda: receiver.requests, "the notice, tried again", 40)
    path, headers, body = receiver.requests[0]
    equal(path, "/in?from=gw", "path")
    stamp = headers["Sealgate-Timestamp"]
    check(abs(time.time() - int(stamp)) < 300, f"timestamp {stamp}")
    wanted = hmac.new(SECRET, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    equal(headers["Sealgate-Signature"], "v1=" + wanted, "signature")
    event = json.loads(body)
    equal({k: event[k] for k in ("gateway", "alert", "state", "subject")},
          {"gateway": "gw.example.com", "alert": "unmanaged-domain", "state": "raised",
           "subject": "new.example"}, "body")
    eventually(lambda: gateway.must("alert", "list", "--json").json()["waiting_notices"] == 0, "nothing waits")

    equal(test(gateway), (0, {"sink": "webhook", "taken": True}), "alert test")
    equal(json.loads(receiver.requests[-1][2])["state"], "test", "state of a test")

    # No redirects.
    receiver.answers = [302]
    count = len(receiver.requests)
    code, answer = test(gateway)
    check(code == 1 and "redirect" in answer["problem"], answer)
    equal([r[0] for r in receiver.requests[count:]], ["/in?from=gw"], "requests after a redirect")

    # Another's certificate.
    other = Receiver(s, authority.server("other.example"))
    gateway.write_config({"alerts": {"webhook_url": f"https://localhost:{other.port}/"}})
    gateway.reload()
    eventually(lambda: str(other.port) in gateway.must("config", "show").out, "the reload")
    code, answer = test(gateway)
    check(code == 1 and "handshake failed" in answer["problem"], answer)
    equal(other.requests, [], "requests with another's certificate")

    # A secret that others can read is none.
    secret.chmod(0o644)
    code, answer = test(gateway)
    check(code == 1 and "chmod 600" in answer["problem"], answer)
    check(SECRET.decode() not in gateway.stderr() + "\n".join(gateway.log()), "the secret is in a log")
    gateway.stop()


if __name__ == "__main__":
    run(main)
