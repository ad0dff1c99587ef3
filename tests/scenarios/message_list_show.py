# SPDX-License-Identifier: Apache-2.0
"""What became of messages: a row for each recipient, made of the mail log's records; the trail of one
message by its IDs; over a restart."""
import json

from support.mail import message
from support.scenario import check, equal, eventually, run


def rows(gateway, *query):
    result = gateway.cli("message", "list", *query, "--json")
    check(result.code in (0, 1) and (result.code == 0) == bool(result.out), f"message list: {result}")
    return result.json_lines()


def fates(gateway, *query):
    return [(row["recipient"], row["status"]) for row in rows(gateway, *query)]


def main(s):
    peer = s.peer({"RCPT": lambda _, line: b"550 5.1.1 no\r\n" if b"nobody@" in line else
                   b"451 4.3.0 later\r\n" if b"later@" in line else None})
    gateway = s.gateway(next_hop=peer)
    two = ["good@partner.example", "nobody@partner.example"]
    gateway.send("a@managed.example", two, message("a@managed.example", message_id="<two@x.example>"))
    gateway.send("a@managed.example", "later@partner.example",
                 message("a@managed.example", message_id="<later@x.example>"))
    gateway.send("s@stranger.example", "good@partner.example", message("s@stranger.example"))
    gateway.wait_log(r"good@partner\.example\): delivered to")
    gateway.wait_log(r"later@partner\.example\): .*451")

    def settled():
        found = dict(fates(gateway, "from:a@managed.example"))
        return found if len(found) == 3 and "accepted" not in found.values() else None
    found = eventually(settled, "all recipients have a fate")
    equal(found["good@partner.example"], "delivered", "delivered")
    equal(found["later@partner.example"], "deferred", "deferred")
    check(found["nobody@partner.example"] in ("bounced", "failed"), found)
    equal(fates(gateway, "domain:stranger.example"), [("good@partner.example", "rejected")],
          "a refusal before there is a message")
    equal(fates(gateway, "msgid:<two@x.example> status:delivered"),
          [("good@partner.example", "delivered")], "one of two recipients")
    equal(fates(gateway, "status:accepted"), [], "nothing stays merely accepted")
    equal(gateway.cli("message", "list", "to:nowhere@").code, 1, "exit status, nothing found")
    newest = rows(gateway)
    times = [row["trail"][-1]["sequence"] for row in newest]
    check(len(newest) >= 4 and all(row["trail"] for row in newest), "rows with their trails")
    check(max(times) in times[:2], f"newest first: {times}")
    table = gateway.must("message", "list").out
    check("RECIPIENT" in table and "nobody@partner.example" in table, table)

    # Pages of one row are the same rows.
    paged, cursor = [], ""
    while True:
        status, page = gateway.api("GET", f"/api/v1/messages?limit=1&cursor={cursor}")
        equal(status, 200, "a page")
        paged += page["items"]
        cursor = page.get("next_cursor", "")
        if not cursor:
            break
    key = lambda row: (row["id"], row["recipient"])  # noqa: E731
    equal(sorted(map(key, paged)), sorted(map(key, newest)), "pages of one")

    row = rows(gateway, "msgid:<two@x.example>")[0]
    for name in (row["id"], row["connection_id"], row["message"], "<two@x.example>", "two@x.example"):
        shown = json.loads(gateway.must("message", "show", name, "--json").out)
        equal(sorted(r["recipient"] for r in shown["items"]), two, f"message show {name}")
        texts = [record["text"] for record in shown["trail"]]
        for part in ("connection from", "message <two@x.example> from", "accepted for delivery",
                     "delivered to"):
            check(any(part in text for text in texts), f"{part} in the trail of {name}: {texts}")
    text = gateway.must("message", "show", row["id"]).out
    check("good@partner.example" in text and "delivered to" in text, text)
    for nothing in ("SMTP-99999", "SMTP-99999.1", "<none@x.example>", "ffffffffffffffff", "x\"y"):
        equal(gateway.cli("message", "show", nothing).code, 1, f"message show {nothing}")

    before = sorted(fates(gateway, "from:a@managed.example"))
    gateway.kill()
    gateway.start()
    after = sorted(fates(gateway, "from:a@managed.example"))
    equal([r for r, _ in after], [r for r, _ in before], "the same recipients after kill -9")
    gateway.stop()


if __name__ == "__main__":
    run(main)
