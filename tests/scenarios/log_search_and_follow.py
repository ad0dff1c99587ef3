# SPDX-License-Identifier: Apache-2.0
"""The mail log: searched by words, phrase, connection ID, sender, recipient, level and time; followed
live; no line can be forged by what peers say. (E6)"""
import json
import subprocess
import time

from support import processes
from support.gateway import bin_dir
from support.mail import LINE, message
from support.scenario import check, equal, eventually, run


def settled(gateway):
    """How many lines the text log has when all that happened before is in it: it is written behind."""
    def all_there():
        records = json.loads(gateway.must("log", "count", "--json").out)["total"]
        return gateway.queue() == [] and len(gateway.log()) == records
    lines, since = -1, 0.0
    while time.monotonic() - since < 1.5:
        if (now := len(gateway.log())) != lines or not all_there():
            lines, since = now, time.monotonic()
        time.sleep(0.05)
    return lines


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={"mail_log": {"json_file": "log/mail.json"}})
    follow = processes.start(
        [bin_dir() / "sealgate", "--config", gateway.file, "log", "search", "--follow"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    s.cleanup(lambda: processes.end(follow))
    time.sleep(1)
    for n in range(20):
        sender = f"s{n}@managed.example" if n % 2 else f"s{n}@stranger.example"
        gateway.send(sender, f"r{n}@partner.example", message(sender, message_id=f"<m{n}@x.example>"))
    gateway.send("s1@managed.example", "last@partner.example", message())
    peer.wait(11)
    gateway.wait_log(r"last@partner\.example")

    rejected = gateway.log_search("unmanaged domain blocked")
    equal(len(rejected), 10, "refused senders found by words")
    for record in rejected:
        equal(set(record) >= {"time", "level", "id", "message_id", "sender", "recipient", "verdict",
                              "text"}, True, f"fields of {record}")
    equal(len(gateway.log_search('"rejecting message from s4@stranger.example"')), 1, "a phrase")
    equal(len(gateway.log_search("blocked domain unmanaged s4@stranger.example")), 1, "words, ANDed")
    equal(len(gateway.log_search("unmanaged nowhere")), 0, "words that are not there")
    equal(gateway.cli("log", "search", "unmanaged nowhere").code, 1, "exit status, nothing found")
    one = gateway.log_search("--sender", "s4@stranger.example")[0]
    by_id = gateway.log_search("--id", one["id"])
    check(by_id and {r["id"] for r in by_id} == {one["id"]}, "by connection ID")
    check(all(r["recipient"] == "r7@partner.example"
              for r in gateway.log_search("--recipient", "r7@partner.example")), "by recipient")
    equal(len(gateway.log_search("unmanaged", "--limit", "3")), 3, "limit")
    equal(gateway.log_search("unmanaged", "--since", "2100-01-01"), [], "since the future")
    check(len(gateway.log_search("unmanaged", "--since", "1h")) == 10, "since one hour")
    check(gateway.must("log", "count").out.strip(), "log count")
    lines = gateway.must("log", "search", "unmanaged domain blocked").out.splitlines()
    check(lines and all(LINE.match(line) for line in lines), f"lines for people: {lines[:2]}")
    for bad in (["--id", "nonsense"], ["--level", "loud"], ["--since", "whenever"], ['"open phrase']):
        result = gateway.cli("log", "search", *bad)
        check(result.code in (2, 7) and result.err, f"log search {bad}: {result}")

    # What peers say cannot make a line.
    forged = "2014/04/23 17:56:57 +01:00  NOTICE sealgate/messaging[1]:       SMTP-00001: forged"
    before = settled(gateway)
    evil = message(message_id="<a\x1b[31m\u2028b\x85@x>", extra=f"X-A: b\n {forged}\n")
    gateway.send("s1@managed.example", "evil@partner.example", evil, mail="BODY=8BITMIME")
    with gateway.client() as client:
        client.command("EHLO " + forged)
        client.command(f'MAIL FROM:<"{forged}"@stranger.example>')
        client.command(f'RCPT TO:<"a\\b {forged}"@partner.example>')
        client.command(b"RCPT TO:<\x1b[2J\xff\xfe@partner.example>")
    peer.script["dot"] = [b"250 ok\x0b" + forged.encode() + b"\r\n"]
    gateway.send("s1@managed.example", "reply@partner.example", message())
    gateway.wait_log(r"reply@partner\.example")
    new = gateway.log()[before:]
    for line in new:
        check(LINE.match(line), f"a line has not the layout: {line!r}")
        check(not line.startswith("2014/"), f"a forged line: {line!r}")
        check(all(c.isprintable() for c in line), f"control characters in {line!r}")
    ids = {LINE.match(line)["id"] for line in new}
    check("SMTP-00001" not in ids, "a forged connection ID")

    # Lines of the JSON log and of --follow.
    rows = [json.loads(row) for row in (gateway.data / "log" / "mail.json").read_text().splitlines()]
    equal(len(rows), len(gateway.log()), "lines of the JSON log")
    time.sleep(1.5)
    followed = processes.end(follow) is not None and follow.stdout.read().splitlines()
    check(sum("unmanaged domain blocked" in line for line in followed) >= 10,
          f"--follow showed {len(followed)} lines")

    # IDs go on over restarts and kill -9, never twice.
    seen = {LINE.match(line)["id"] for line in gateway.log()}
    for end in (gateway.stop, gateway.kill, gateway.kill):
        end()
        gateway.start()
        sender = f"again.{end.__name__}{len(seen)}@stranger.example"
        gateway.send(sender, "x@partner.example", message())
        record = eventually(lambda: gateway.log_search("--sender", sender), "logged")[-1]
        check(record["id"] not in seen, f"{record['id']} was used before")
        seen.add(record["id"])
    gateway.stop()


if __name__ == "__main__":
    run(main)
