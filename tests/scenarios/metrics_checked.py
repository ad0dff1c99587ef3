# SPDX-License-Identifier: Apache-2.0
"""What /metrics serves is what Prometheus takes: promtool finds no fault with it, the counters add up with what was
sent, the queue's numbers follow what is held, released and delivered, and each alert is 1 while it is raised."""
import re
import shutil
import subprocess
import urllib.request

from support.mail import message
from support.scenario import check, equal, eventually, run, skip


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={"api": {"address": "127.0.0.1:0"}, "delivery": {"retry": ["1h"]}})

    def read():
        with urllib.request.urlopen(f"http://127.0.0.1:{gateway.port('api')}/metrics", timeout=10) as answer:
            equal(answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8", "type")
            return answer.read().decode()

    def value(name):
        found = re.search(rf"(?m)^sealgate_{re.escape(name)} ([\d.e+]+)$", read())
        check(found, f"no sealgate_{name}")
        return float(found[1])
    for n in range(3):
        check(gateway.send("a@managed.example", f"b{n}@partner.example", message()).is_(250), "mail")
    peer.wait(3)
    eventually(lambda: value("delivery_seconds_count") == 3, "three delivery times")
    equal(value('delivery_seconds_bucket{le="+Inf"}'), 3, "the last bucket")
    equal(value('recipients_total{outcome="delivered"}'), 3, "delivered")
    equal(value("messages_total"), 3, "messages")
    peer.down()
    for n in range(2):
        check(gateway.send("a@managed.example", f"c{n}@partner.example", message()).is_(250), "mail")
    eventually(lambda: value("deferrals_total") >= 2, "both were tried")

    def queue(messages, pending, held, when):
        equal((value("queue_messages"), value('queue_recipients{state="pending"}'),
               value('queue_recipients{state="held"}')), (messages, pending, held), when)
    queue(2, 2, 0, "next hop down")
    first, second = (item["id"] for item in gateway.queue())
    gateway.must("queue", "hold", first)
    queue(2, 1, 1, "one held")
    gateway.restart()
    queue(2, 1, 1, "after a restart")
    gateway.must("queue", "release", first)
    queue(2, 2, 0, "released")
    gateway.must("queue", "delete", second, "--yes")
    queue(1, 1, 0, "one deleted")
    peer.up()
    gateway.must("queue", "retry", "--all")
    peer.wait(4)
    eventually(lambda: value("queue_messages") == 0, "the queue is empty")
    queue(0, 0, 0, "empty")

    # Each condition that lasts has its gauge; what is raised is 1, until it is over.
    def alerts():
        return {name: float(number) for name, number in re.findall(
            r'(?m)^sealgate_alert_active\{condition="([^"]+)"\} (\d+)$', read())}
    kinds = {one["name"] for one in gateway.api("GET", "/api/v1/alerts")[1]["kinds"]}
    equal(alerts(), dict.fromkeys(kinds - {"unmanaged-domain"}, 0), "nothing is wrong")
    gateway.write_config({"alerts": {"disk_free": "1024 TiB"}})
    gateway.reload()
    eventually(lambda: alerts()["disk"] == 1, "little disk", 20)
    equal(sum(alerts().values()), 1, "nothing else is wrong")
    raised = read()
    gateway.write_config({"alerts": {"disk_free": "1 MiB"}})
    gateway.reload()
    eventually(lambda: alerts()["disk"] == 0, "enough again", 20)
    gateway.stop()
    if not shutil.which("promtool"):
        skip("there is no promtool (package prometheus): all but its opinion was checked")
    done = subprocess.run(["promtool", "check", "metrics"], input=raised, capture_output=True, text=True, timeout=30)
    equal((done.returncode, done.stdout + done.stderr), (0, ""), "promtool")


if __name__ == "__main__":
    run(main)
