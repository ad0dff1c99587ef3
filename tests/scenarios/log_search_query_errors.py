# SPDX-License-Identifier: Apache-2.0
"""The language of queries: terms by name, negation, and errors that point at the word, the same in
the command line and the API; what cannot be answered is refused, never "nothing found"."""
import json

from support.mail import message
from support.scenario import check, equal, run


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={"unmanaged_senders": {"action": "reject"}})
    gateway.send("a@managed.example", "b@partner.example",
                 message("a@managed.example", message_id="<one@x.example>"))
    gateway.send("s@stranger.example", "b@partner.example", message("s@stranger.example"))
    peer.wait(1)
    gateway.wait_log(r"delivered to")
    gateway.wait_log(r"first mail of unmanaged domain")  # the last line of all this

    delivered = gateway.log_search("status:delivered")
    equal([r["recipient"] for r in delivered], ["b@partner.example"], "status:delivered")
    record = delivered[0]
    equal(record["source"], "127.0.0.1", "source as a field")
    equal(record["listener"], "outbound", "listener as a field")
    equal(record["direction"], "outbound", "direction as a field")
    equal(record["tls"], "", "in clear")
    check(record["size"] > 100, f"size as a field: {record}")
    check("127.0.0.1" not in record["text"].partition("delivered")[0], "not in the line's text")
    everything = gateway.log_search()
    for query, wanted in (
            ("from:a@managed to:partner", lambda r: r["sender"] == "a@managed.example"
             and "partner" in r["recipient"]),
            ("domain:stranger.example", lambda r: r["sender"].endswith("@stranger.example")),
            ("domain:.example", lambda r: r["sender"] or r["recipient"]),
            ("msgid:<one@x.example>", lambda r: r["message_id"] == "<one@x.example>"),
            (f"id:{record['id']}", lambda r: r["id"] == record["id"]),
            ("dir:out", lambda r: r["direction"] == "outbound"),
            ("dir:in", lambda r: r["direction"] == "inbound"),
            ("source:127.0.0.0/8 listener:OUTBOUND", lambda r: r["listener"] == "outbound"),
            ("larger:1MiB", lambda r: False),
            ("larger:10B", lambda r: r.get("size", 0) > 10),
            ("level:notice -status:rejected",
             lambda r: r["level"] in ("NOTICE", "WARNING", "ERROR", "FATAL")
             and r["verdict"] != "rejected"),
            ("since:1h -delivered partner.example",
             lambda r: "partner.example" in r["text"] and "delivered" not in r["text"]),
            ("since:2100-01-01", lambda r: False)):
        equal(gateway.log_search(query), [r for r in everything if wanted(r)], query)

    # Where it is wrong, under the word.
    result = gateway.cli("log", "search", "blocked form:bob since:2h")
    equal(result.code, 7, f"exit status of a bad query: {result}")
    lines = result.err.splitlines()
    check("did you mean 'from:'" in lines[0], lines[0])
    equal(lines[1:], ["  blocked form:bob since:2h", "          ^~~~~"], "the caret")
    for query, marked in (("status:lost", "lost"), ("since:whenever", "whenever"),
                          ("a \"open", "\"open"), ("grüße ...", "..."), ("from:", "from:"),
                          ("source:10.0.0.1/8", "10.0.0.1/8")):
        for command in (("log", "search"), ("log", "count"), ("message", "list")):
            result = gateway.cli(*command, query)
            equal(result.code, 7, f"{command} {query}")
            _, text, caret = result.err.splitlines()
            at = caret.index("^")
            equal(text[at:len(caret)], marked, f"{command} {query}")
    for query in ("subject:x", "rule:x", "key:x", "is:clear"):
        result = gateway.cli("log", "search", query)
        check(result.code == 7 and "not available" in result.err, f"{query}: {result}")

    # The same from the API.
    status, problem = gateway.api("GET", "/api/v1/log?text=gr%C3%BC%C3%9Fe%20form:bob")
    equal(status, 422, "the API's status")
    equal((problem["position"], problem["length"]), (6, 5), json.dumps(problem))
    check(problem["type"].endswith(":malformed"), json.dumps(problem))

    counts = json.loads(gateway.must("log", "count", "--json").out)
    equal(counts["total"], len(gateway.log_search()), "log count")
    equal(counts["verdicts"]["delivered"], 1, "log count, delivered")
    by_domain = json.loads(gateway.must("log", "count", "status:rejected", "--by", "domain",
                                        "--json").out)
    equal(by_domain["domains"], {"partner.example": by_domain["total"]}, "log count --by domain")
    levels = json.loads(gateway.must("log", "count", "--by", "level", "--json").out)["levels"]
    equal(sum(levels.values()), counts["total"], "log count --by level")
    gateway.stop()


if __name__ == "__main__":
    run(main)
