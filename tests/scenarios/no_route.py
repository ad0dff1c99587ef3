# SPDX-License-Identifier: Apache-2.0
"""Mail whose route was taken away waits on the ordinary schedule: attempts count, the first line is
an error and the later ones are not, a new route is used at once, and at the end the sender hears of
it."""
from support.mail import log_lines, message
from support.reports import Report, is_report
from support.scenario import check, equal, eventually, run

SENDER = "alice@managed.example"


def waiting(gateway, address):
    return [p for p in log_lines(gateway, r"deferred \(attempt \d+\): 451 4\.3\.5 there is no route")
            if address in p["text"]]


def main(s):
    def later(_, line):
        return b"450 4.2.1 not now\r\n" if b"@lost.example" in line else None
    peer = s.peer({"RCPT": later})
    to_peer = f"127.0.0.1:{peer.port}"
    gateway = s.gateway(config={
        "route": [{"domain": "managed.example", "next_hop": to_peer, "tls": "none"}],
        "delivery": {"retry": ["1s", "1s", "1s", "1h"], "warn_after": "0s", "give_up_after": "8s"}})

    gateway.must("route", "add", "lost.example", to_peer, "--tls", "none")
    check(gateway.send(SENDER, "a@lost.example", message()).is_(250), "with a route")
    gateway.wait_log(r"\(a@lost\.example\): deferred \(attempt 1\): 127")
    gateway.must("route", "remove", "lost.example")
    eventually(lambda: len(waiting(gateway, "a@lost.example")) >= 2, "two attempts without a route")
    lines = waiting(gateway, "a@lost.example")
    equal([p["level"] for p in lines[:2]], ["ERROR ", "NOTICE"], "levels")
    numbers = [int(p["text"].split("attempt ")[1].split(")")[0]) for p in lines]
    equal(numbers, list(range(numbers[0], numbers[0] + len(numbers))), "attempts are counted")

    # The next attempt is an hour away when the route comes back: it is made now.
    eventually(lambda: len(waiting(gateway, "a@lost.example")) + 1 >= 4, "the long wait has begun")
    peer.script.clear()
    gateway.must("route", "add", "lost.example", to_peer, "--tls", "none")
    peer.wait(1, match=lambda m: m.recipients == ["a@lost.example"], seconds=5)
    eventually(lambda: gateway.queue() == [], "the queue is empty")

    # It does not wait for ever either.
    peer.script["RCPT"] = later
    gateway.write_config({"delivery": {"retry": ["1s"]}})
    gateway.restart()
    check(gateway.send(SENDER, "b@lost.example", message()).is_(250), "with a route")
    gateway.wait_log(r"\(b@lost\.example\): deferred \(attempt 1\): 127")
    gateway.must("route", "remove", "lost.example")
    report = Report(peer.wait(1, seconds=30, match=is_report)[0])
    equal(str(report.recipient("b@lost.example")["Status"]).strip(), "4.3.5", "Status")
    check("there is no route for this domain (said by this gateway)" in report.text, report.text)
    eventually(lambda: gateway.queue() == [], "the queue is empty")
    gateway.stop()


if __name__ == "__main__":
    run(main)
