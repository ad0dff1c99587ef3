# SPDX-License-Identifier: Apache-2.0
"""Content that begins with a blank is folded onto our own trace field: the loop guard knows the field
all the same, also below a Message-ID that is longer than a line."""
from support.mail import added_above
from support.scenario import check, run

SENDER = "alice@managed.example"


def rounds(gateway, peer, content, most=20):
    """How often a message passes when it is sent in again as it came out."""
    for count in range(most):
        peer.clear()
        reply = gateway.send(SENDER, "bob@partner.example", content)
        if reply.code != 250:
            check(reply.is_(554, "5.4.6"), f"round {count}: {reply}")
            return count
        received = peer.wait(1)[0]
        check(received.content.endswith(content), f"round {count}: changed")
        content = b" blank\r\n" + received.content if content.startswith(b" ") else received.content
    return most


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer)
    head = b"Message-ID: <%b@managed.example>\r\nSubject: round\r\n\r\nA line.\r\n"
    passed = {name: rounds(gateway, peer, content) for name, content in {
        "ordinary": head % b"a", "begins with a blank": b" blank\r\n" + head % b"b",
        "long Message-ID": head % (b"c" * 5000)}.items()}
    check(2 <= passed["ordinary"] < 20, f"rounds: {passed}")
    check(len(set(passed.values())) == 1, f"rounds: {passed}")
    peer.clear()
    content = head % b"d"
    check(gateway.send(SENDER, "bob@partner.example", content).is_(250), "another message")
    added_above(peer.wait(1)[0], content)
    gateway.stop()


if __name__ == "__main__":
    run(main)
