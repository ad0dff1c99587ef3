# SPDX-License-Identifier: Apache-2.0
"""Every change is in the audit log with actor, before and after; the records are chained, and a
record that is altered in the database shows."""
import json
import re
import sqlite3

from support.scenario import check, equal, run


def main(s):
    gateway = s.gateway(next_hop=1)

    def records():
        return gateway.must("audit", "search", "--json").objects("records")
    start = len(records())
    gateway.must("domain", "add", "one.example")
    gateway.must("domain", "add", "one.example", "--subdomains")
    gateway.must("unmanaged", "mode", "bounce")
    gateway.must("domain", "remove", "one.example")
    check(gateway.cli("domain", "add", "not a domain").code == 7, "bad input")
    check(gateway.cli("domain", "remove", "never.example").code == 1, "not there")
    found = records()
    new = sorted(found, key=lambda r: r["number"])[start:]
    equal([r["action"] for r in new][:1], ["domain.add"], "first action")
    equal(len(new), 4, f"records for four changes, none for two refusals: {new}")
    equal([n["number"] for n in new], list(range(start + 1, start + 5)), "numbers without gaps")
    for record in new:
        check(record["actor"] and record["time"], f"actor and time of {record}")
        check(re.fullmatch(r"[0-9a-f]{64}", record["hash"]), f"hash of {record}")
    for before, after in zip(new, new[1:]):
        equal(after["previous"], before["hash"], "chain")
    mode = next(r for r in new if r["action"].startswith("unmanaged"))
    check("reject" in json.dumps(mode["before"]) and "bounce" in json.dumps(mode["after"]),
          f"before and after of {mode}")
    gateway.restart()
    kept = {r["hash"] for r in records()}
    check({r["hash"] for r in found} <= kept, "records are missing after a restart")
    gateway.must("domain", "add", "two.example")
    check(any(r["object"] == "two.example" for r in records()), "a change after a restart")

    # A forged record shows: in the verdict of the search, at start, or in doctor.
    gateway.stop()
    database = sqlite3.connect(gateway.data / "sealgate.db")
    tables = [t for (t,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    table = next(t for t in tables if "audit" in t)
    changed = database.execute(
        f"UPDATE {table} SET actor = 'nobody' WHERE number = ?", (new[0]["number"],)).rowcount
    database.commit()
    database.close()
    equal(changed, 1, "records altered by hand")
    gateway.start()
    result = gateway.cli("audit", "verify")
    check(result.code == 1 and str(new[0]["number"]) in result.out + result.err,
          f"the altered record {new[0]['number']} is not named: {result}")
    gateway.stop()


if __name__ == "__main__":
    run(main)
