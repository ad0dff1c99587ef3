# SPDX-License-Identifier: Apache-2.0
"""The next hop answers "later" for long: one report of the delay, then the message is returned, and
the queue is empty."""
from support.mail import message
from support.reports import Report, is_report
from support.scenario import check, equal, eventually, run


def main(s):
    def rcpt(_, line):
        return b"450 4.2.2 mailbox full\r\n" if b"full" in line else None
    peer = s.peer({"RCPT": rcpt})
    gateway = s.gateway(next_hop=peer, config={"delivery": {
        "retry": ["1s"], "warn_after": "2s", "give_up_after": "6s"}})
    for recipient, notify in (("full@partner.example", ""), ("quiet.full@partner.example",
                                                             "NOTIFY=FAILURE")):
        check(gateway.send("alice@managed.example", recipient, message(), rcpt=notify).is_(250),
              recipient)
    peer.wait(3, seconds=40, match=is_report)
    eventually(lambda: gateway.queue() == [], "the queue is empty")
    peer.never(2.0, lambda m: not is_report(m))
    actions = sorted((str(b["Final-Recipient"]).partition(";")[2].strip(),
                      str(b["Action"]).strip(), str(b["Status"]).strip())
                     for m in peer.messages for b in Report(m).per_recipient)
    equal([(r, a) for r, a, _ in actions], [
        ("full@partner.example", "delayed"), ("full@partner.example", "failed"),
        ("quiet.full@partner.example", "failed")], "reports")
    for _, action, status in actions:
        check(status.startswith("4."), f"Status of {action}: {status}")
    tried = sum(b"<full@" in c for c in peer.commands)
    check(tried >= 3, f"tried {tried} times only")
    gateway.wait_log(r"full@partner\.example")

    # The same while the next hop as a whole is backed off: most of these are never tried themselves,
    # and each sender gets both reports all the same.
    down = s.peer()
    gateway.write_config({"route": [
        {"domain": "down.example", "next_hop": f"127.0.0.1:{down.port}", "tls": "none"},
        {"domain": "*", "next_hop": f"127.0.0.1:{peer.port}", "tls": "none"}]})
    gateway.restart()
    peer.clear()
    down.down()
    for n in range(4):
        check(gateway.send("alice@managed.example", f"r{n}@down.example", message()).is_(250), "down")
    peer.wait(8, seconds=40, match=is_report)
    eventually(lambda: gateway.queue() == [], "the queue is empty")
    actions = sorted(str(b["Action"]).strip() for m in peer.messages for b in Report(m).per_recipient)
    equal(actions, ["delayed"] * 4 + ["failed"] * 4, "reports while backed off")
    gateway.stop()


if __name__ == "__main__":
    run(main)
