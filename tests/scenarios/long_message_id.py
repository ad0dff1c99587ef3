# SPDX-License-Identifier: Apache-2.0
"""A Message-ID of half a megabyte is cut to a line in the log and costs no more work for the thousands
of trace fields below it; the message itself arrives unchanged."""
import os

from support.gateway import listener
from support.mail import added_above, message
from support.scenario import check, equal, run

LINE = 998  # the longest line of a message (RFC 5322)
LONG = "Message-ID: <" + "\r\n ".join(["a" * 900] * 555) + "@managed.example>\r\n"
TRACES = "X-Sealgate-Trace: a b\r\n" * 950 + f"X-Sealgate-Trace: SMTP-00001.1 {'0' * 32}\r\n" * 950
SENDER = "alice@managed.example"


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={"listener": [listener(mode="through")]})

    def processor_time():
        with open(f"/proc/{gateway.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def send(head):
        """The processor time that five such messages take."""
        content = (head + "Subject: long\r\n\r\nA line.\r\n").encode()
        before = processor_time()
        for _ in range(5):
            peer.clear()
            reply = gateway.send(SENDER, "bob@partner.example", content)
            check(reply.is_(250), f"after the dot: {reply}")
            added_above(peer.wait(1)[0], content)
        return processor_time() - before
    alone = send(LONG)
    with_traces = send(LONG + TRACES)
    # An attacker made it hundreds of times as much, and everybody else waited.
    check(with_traces < 5 * alone + 0.5, f"{alone:.2f} s; with trace fields {with_traces:.2f} s")

    many = [f"r{n}@partner.example" for n in range(50)]
    check(gateway.send(SENDER, many, LONG.encode() + b"\r\nA line.\r\n").is_(250), "50 recipients")
    records = gateway.log_search("--sender", SENDER)
    check(len(records) > 60, f"records in the log: {len(records)}")
    longest = max(len(r["message_id"]) for r in records)
    equal(longest, LINE, "the longest Message-ID in the log")
    longest = max(map(len, gateway.log()))
    check(longest < 2 * LINE, f"a line of the log has {longest} characters")
    ordinary = message(message_id="<short@managed.example>")
    check(gateway.send(SENDER, "bob@partner.example", ordinary).is_(250), "an ordinary one")
    gateway.wait_log(r": message <short@managed\.example> from ")
    gateway.stop()


if __name__ == "__main__":
    run(main)
