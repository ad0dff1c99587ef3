# SPDX-License-Identifier: Apache-2.0
"""A message that comes round is bounced once with 5.4.6: by our own keyed marker, by the number of
Received fields; a forged marker changes nothing. (H16)"""
import re

from support.mail import message
from support.reports import Report, is_report
from support.scenario import check, equal, eventually, run

SENDER = "alice@managed.example"
RECEIVED = "Received: from h{0}.example by h{1}.example; Wed, 26 Nov 2025 10:00:00 +0100\n"


def looped(gateway, peer, content, what):
    """Refused in the session, or accepted and reported on, with 5.4.6 and exactly once."""
    peer.clear()
    reply = gateway.send(SENDER, "bob@partner.example", content)
    if reply.code != 250:
        check(reply.code >= 550 and reply.enhanced == "5.4.6", f"{what}: {reply}")
        peer.never(0.5)
        return
    received = peer.wait(1, match=is_report)[0]
    block = Report(received).recipient("bob@partner.example")
    equal(str(block["Status"]).strip(), "5.4.6", f"{what}: Status")
    peer.never(1.0, lambda m: not is_report(m))
    equal(len(peer.messages), 1, f"{what}: reports")


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer)

    def with_received(count):
        return message(extra="".join(RECEIVED.format(n, n + 1) for n in range(count)))
    check(gateway.send(SENDER, "bob@partner.example", with_received(40)).is_(250), "40 Received")
    passed = peer.wait(1)[0]
    equal(len(passed.header("Received")), 41, "Received fields with ours")
    looped(gateway, peer, with_received(51), "51 Received")
    looped(gateway, peer, with_received(400), "400 Received")
    bare = re.sub(rb"Message-ID:[^\r]*\r\n", b"", with_received(51))
    reply = gateway.send(SENDER, ["x@partner.example", "y@partner.example"], bare)
    check(reply.is_(554, "5.4.6"), f"without Message-ID: {reply}")
    for n, name in ((1, "x"), (2, "y")):
        gateway.wait_log(rf"recipient {n}/2 \({name}@partner\.example\): rejecting message: mail loop: ")

    # What we sent comes back: our marker is known again, also after a restart, also in another case.
    trace = re.findall(rb"(?im)^(X-Sealgate-[A-Za-z-]+):", passed.content)
    check(trace, f"no marker of ours in {passed.content[:400]!r}")
    # The same message, taken where it was delivered and sent in again. A few passages have good
    # reasons (out, forwarded, in again); long before the Received count it must end.
    content, rounds = passed.content, 0
    while rounds < 20:
        peer.clear()
        if rounds == 3:
            gateway.restart()  # the marker is still known
        reply = gateway.send(SENDER, "bob@partner.example", content)
        rounds += 1
        if reply.code != 250:
            break
        received = peer.wait(1)[0]
        if is_report(received):
            break
        content = received.content
    check(2 <= rounds < 20, f"the same message passed {rounds} times")
    looped(gateway, peer, content, "our own marker")
    looped(gateway, peer, content.replace(trace[0], trace[0].upper()), "the marker in capitals")

    # Forged: goes through like any mail, and cannot be made from a true one.
    name = trace[0].decode()
    value = passed.header(name)[0]
    forged = [f"{name}: yes\n", f"{name}:\n", f"{name}: {value[:-2]}xx\n", f"{name}: {value}\n",
              f"{name}: {'A' * len(value)}\n", f"X-Other: {value}\n"]
    forged = [field * 30 for field in forged]  # a true one of another message counts for nothing
    for extra in forged:
        peer.clear()
        check(gateway.send(SENDER, "bob@partner.example", message(extra=extra)).is_(250), extra)
        peer.wait(1, match=lambda m: m.recipients == ["bob@partner.example"])
        check(not any(map(is_report, peer.messages)), f"forged marker {extra!r} was believed")

    # A real loop: the gateway is its own next hop. The sender hears of it once.
    peer.clear()
    gateway.write_config({"route": [
        {"domain": "managed.example", "next_hop": f"127.0.0.1:{peer.port}", "tls": "none"},
        {"domain": "*", "next_hop": f"127.0.0.1:{gateway.port()}", "tls": "none"}]})
    gateway.reload()
    eventually(lambda: str(gateway.port()) in gateway.must("config", "show").out, "reloaded")
    reply = gateway.send(SENDER, "bob@partner.example", message())
    check(reply.is_(250), f"into the loop: {reply}")
    block = Report(peer.wait(1, match=is_report)[0]).recipient("bob@partner.example")
    equal(str(block["Status"]).strip(), "5.4.6", "Status of the real loop")
    eventually(lambda: gateway.queue() == [], "the queue is empty")
    peer.never(1.0, lambda m: not is_report(m))
    equal(len(peer.messages), 1, "reports of the real loop")
    gateway.stop()


if __name__ == "__main__":
    run(main)
