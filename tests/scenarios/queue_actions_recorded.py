# SPDX-License-Identifier: Apache-2.0
"""What an administrator does to the queue stands in the audit log and in the mail log, with who did
it; messages are named by queue ID, connection or trace ID; the list tells state and reason."""
import json

from support.mail import message
from support.scenario import check, equal, eventually, run


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={"delivery": {"retry": ["1h"]}})
    peer.down()
    # Three messages in one connection, so that one connection ID means three.
    with gateway.client() as client:
        for n in range(3):
            reply = client.transaction("alice@managed.example", f"r{n}@partner.example", message())
            check(reply.is_(250), reply)
    queue = gateway.queue()
    connection = queue[0]["connection_id"]
    ids = {item["recipients"][0]["address"][:2]: item["id"] for item in queue}
    traces = {item["recipients"][0]["address"][:2]: item["trace_id"] for item in queue}
    equal({item["connection_id"] for item in queue}, {connection}, "one connection")

    # B: names that people have at hand.
    equal(gateway.must("queue", "show", traces["r1"], "--json").json()["id"], ids["r1"], "by trace ID")
    several = gateway.cli("queue", "show", connection)
    check(several.code == 7 and ids["r2"] in several.err, f"a connection of three: {several}")
    equal(gateway.cli("queue", "show", connection + ".99").code, 1, "a message that is not there")
    equal(gateway.cli("queue", "show", "SMTP-oops").code, 7, "no name at all")

    # The list says how it stands, and why.
    def row(what):
        return next(line for line in gateway.must("queue", "list").out.splitlines() if ids[what] in line)
    header = gateway.must("queue", "list").out.splitlines()[0]
    for column in ("STATE", "ATTEMPTS", "REASON"):
        check(column in header, header)
    eventually(lambda: all(r["note"] for item in gateway.queue() for r in item["recipients"]), "notes")
    check("pending" in row("r0") and "onnect" in row("r0"), f"no reason: {row('r0')}")

    equal(gateway.must("queue", "retry", ids["r1"], "--json").json()["changed"], [ids["r1"]], "retry")
    gateway.must("queue", "hold", traces["r0"])
    check("held by" in row("r0"), row("r0"))
    held = gateway.cli("queue", "retry", traces["r0"])
    check(held.code == 1 and "held" in held.err and "release" in held.err, f"retry of held: {held}")
    gateway.must("queue", "release", ids["r0"])
    gateway.must("queue", "hold", connection)
    equal({r["state"] for item in gateway.queue() for r in item["recipients"]}, {"held"}, "by connection")
    gateway.must("queue", "release", "--all")
    eventually(lambda: all(r["attempts"] > 1 for item in gateway.queue() for r in item["recipients"]),
               "the attempts after the release")
    gateway.must("queue", "delete", ids["r1"], "--yes", "--reason", "test reason")
    gateway.must("queue", "delete", ids["r2"], "--yes")

    records = gateway.must("audit", "search", "queue", "--json").objects("items")
    actor = records[0]["actor"]
    done = [(r["action"], r["object"]) for r in records]
    for wanted in (("queue.hold", ids["r0"]), ("queue.release", ids["r0"]), ("queue.retry", ids["r1"]),
                   ("queue.hold", ids["r2"]), ("queue.delete", ids["r1"]), ("queue.delete", ids["r2"])):
        check(wanted in done, f"{wanted} is not in the audit log: {done}")
    deleted = json.dumps(next(r for r in records if r["action"] == "queue.delete" and
                              r["object"] == ids["r1"]))
    for part in (connection, "alice@managed.example", "recipients", "test reason", "discarded"):
        check(part in deleted, f"{part} is not in the record: {deleted}")
    gateway.must("audit", "verify")

    gateway.wait_log(rf"\(r1@partner\.example\): discarded: deleted by {actor}: test reason$")
    gateway.wait_log(rf"\(r2@partner\.example\): discarded: deleted by {actor}$")
    gateway.wait_log(rf"\(r0@partner\.example\): held by {actor}$")
    gateway.wait_log(rf"\(r0@partner\.example\): released by {actor}$")
    gateway.wait_log(rf"\(r1@partner\.example\): to be attempted now: asked by {actor}$")
    gateway.stop()


if __name__ == "__main__":
    run(main)
