# SPDX-License-Identifier: Apache-2.0
"""A certificate near its end is an alert; it is over when another is in use after a reload."""
import email
import email.policy
import shutil

from support.certs import Authority
from support.scenario import check, equal, eventually, run


def subject(received):
    return str(email.message_from_bytes(received.content, policy=email.policy.default)["Subject"])


def main(s):
    authority = Authority(s.dir / "ca")
    cert, key = authority.issue("gw.example.com", days=5)
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={
        "tls": {"certificate_file": str(cert), "key_file": str(key)},
        "alerts": {"mail_to": ["admin@managed.example"], "certificate_ends": "10d"}})
    received = eventually(lambda: peer.messages and peer.messages[0], "the alert's mail", 20)
    equal(subject(received), "[Sealgate gw.example.com] Alert: the certificate of the listeners ends in 4 days",
          "subject")
    gateway.wait_log(r"alert certificate: the certificate of the listeners ends in 4 days")
    equal([a["name"] for a in gateway.must("alert", "list", "--json").json()["active"]], ["certificate"], "active")

    fresh = authority.issue("gw.example.com", days=20, file="fresh")
    for new, old in zip(fresh, (cert, key)):
        shutil.copy(new, old)
    gateway.reload()
    eventually(lambda: len(peer.messages) == 2, "the notice of the end", 20)
    check("] Over: the certificate of the listeners" in subject(peer.messages[1]), subject(peer.messages[1]))
    equal(gateway.must("alert", "list", "--json").json()["active"], [], "active after the reload")
    gateway.stop()


if __name__ == "__main__":
    run(main)
