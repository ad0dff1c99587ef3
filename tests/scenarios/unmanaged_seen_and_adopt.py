# SPDX-License-Identifier: Apache-2.0
"""Unmanaged senders are remembered with counts and times; one command makes such a domain ours, in
force when it returns; the mode changes with one command unless the file owns it."""
import re

from support.mail import log_lines, message, one_log_line
from support.scenario import check, equal, eventually, run


def seen(gateway):
    return {row["domain"]: row for row in gateway.must("unmanaged", "list", "--json").json_lines()}


def send(gateway, sender, source="127.0.0.1"):
    with gateway.client(source=source) as client:
        return client.transaction(sender, "bob@partner.example", message(sender))


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer)
    equal(seen(gateway), {}, "unmanaged senders before any mail")
    # What was just refused is there at once.
    send(gateway, "z@quick.example")
    check("quick.example" in seen(gateway), "the sender of a moment ago is not listed")
    send(gateway, "z@quicker.example")
    gateway.must("unmanaged", "adopt", "quicker.example")
    for _ in range(3):
        check(send(gateway, "x@first.example").is_(550, "5.7.1"), "unmanaged sender")
    send(gateway, "y@second.example", source="127.0.0.9")

    rows = eventually(lambda: (r := seen(gateway)) and r.get("first.example", {}).get("count") == 3
                      and "second.example" in r and r, "both domains seen, with counts")
    # An alert for each, once, in the trail of the first mail.
    for domain, source in (("first", "127.0.0.1"), ("second", "127.0.0.9")):
        alert = one_log_line(gateway, rf"^first mail of unmanaged domain {domain}\.example, from "
                                      rf"{re.escape(source)}$")
        equal(alert["level"], "WARNING", "level of the alert")
        blocked = log_lines(gateway, rf"rejecting message from .@{domain}\.example")[0]
        equal(alert["id"], blocked["id"], "connection ID of the alert")
    first = rows["first.example"]
    equal(set(first) >= {"domain", "count", "first_seen", "last_seen", "last_source", "action"},
          True, f"fields of {first}")
    equal(first["action"], "reject", "what was done")
    equal(rows["second.example"]["last_source"], "127.0.0.9", "last source")
    equal(rows["second.example"]["count"], 1, "count")
    check(first["first_seen"] <= first["last_seen"], f"times of {first}")

    # Adopt: at once, for that domain alone.
    result = gateway.cli("unmanaged", "adopt", "typo.example")
    check(result.code in (1, 7), f"adopting a domain never seen: {result}")
    gateway.must("unmanaged", "adopt", "first.example")
    check(send(gateway, "x@first.example").is_(250), "sender of the adopted domain")
    check(send(gateway, "y@second.example").is_(550, "5.7.1"), "sender of the other domain")
    peer.wait(1)
    check("first.example" not in seen(gateway), "an adopted domain is still listed")
    listed = {d["domain"] if "domain" in d else d["name"]
              for d in gateway.must("domain", "list", "--json").objects("domains")}
    check(listed >= {"first.example", "managed.example"}, f"domain list: {listed}")
    gateway.restart()
    check(send(gateway, "x@first.example").is_(250), "adopted domain after a restart")

    # The mode, at once.
    gateway.must("unmanaged", "mode", "pass")
    check(send(gateway, "y@second.example").is_(250), "mode pass")
    check("pass" in gateway.must("unmanaged", "mode").out, "unmanaged mode does not show pass")
    gateway.must("unmanaged", "mode", "reject")
    check(send(gateway, "y@second.example").is_(550, "5.7.1"), "mode reject")

    # Where the file declares it, the file owns it, and the refusal says where.
    gateway.write_config({"unmanaged_senders": {"action": "reject"}})
    gateway.restart()
    result = gateway.cli("unmanaged", "mode", "pass")
    check(result.code != 0, f"the mode is managed by file: {result}")
    line = gateway.file.read_text().splitlines().index("[unmanaged_senders]") + 1
    check(gateway.file.name in result.err and f"line {line}" in result.err,
          f"file and line {line} are not named: {result}")
    check(send(gateway, "y@second.example").is_(550, "5.7.1"), "still reject")
    result = gateway.cli("domain", "remove", "managed.example")
    check(result.code != 0 and gateway.file.name in result.err, f"managed by file: {result}")
    # Also of a domain that comes in the last second before the end.
    send(gateway, "z@last.example")
    gateway.stop()
    one_log_line(gateway, r"^first mail of unmanaged domain last\.example, from 127\.0\.0\.1$")


if __name__ == "__main__":
    run(main)
