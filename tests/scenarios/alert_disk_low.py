# SPDX-License-Identifier: Apache-2.0
"""Little room on the disk of data_dir is an alert, and no reason to refuse mail before the reserve is used up; it
is kept over a restart, raised once, and over when there is room."""
import os
import re

from support.mail import message
from support.scenario import check, equal, eventually, run

MORE_THAN_ANY = "1024 TiB"


def main(s):
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, config={"alerts": {"disk_free": MORE_THAN_ANY}})

    def alerts():
        return gateway.must("alert", "list", "--json").json()

    def low():
        return [a for a in alerts()["active"] if a["name"] == "disk"]

    def set_limit(text):
        gateway.write_config({"alerts": {"disk_free": text}})
        gateway.reload()
        eventually(lambda: f'disk_free = "{text}"' in gateway.must("config", "show").out, "the reload")

    alert = eventually(low, "the alert", 20)[0]
    free = os.statvfs(gateway.data)
    told = int(re.search(r"only (\d+) MiB", alert["title"])[1])
    found = free.f_bavail * free.f_frsize / 2**20
    check(found / 2 < told < found * 2, f"{told} MiB are told, {found:.0f} are free")
    check(str(gateway.data) in alert["detail"] and "disk_free" in alert["detail"], alert)
    gateway.wait_log(r"WARNING.* alert disk: only \d+ MiB of disk space are free")
    check(gateway.send("alice@managed.example", "bob@partner.example", message()).is_(250), "mail flows")
    peer.wait(1)

    gateway.restart()
    set_limit("1000 TiB")  # still far more than there is
    equal(len(low()), 1, "active alerts of the disk")
    set_limit("1 MiB")  # as if there were room again
    eventually(lambda: not low(), "the end of the alert", 20)
    gateway.wait_log(r"NOTICE.* alert disk over: only .*: \d+ MiB are free again")
    gateway.stop()
    for what in ("alert disk: only", "alert disk over: only"):
        equal(sum(what in line for line in gateway.log()), 1, f"lines '{what}'")


if __name__ == "__main__":
    run(main)
