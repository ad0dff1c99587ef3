# SPDX-License-Identifier: Apache-2.0
"""`sealgate doctor`: with the daemon up and down, a next hop that is gone or not fit for TLS, a port that somebody else
has, a key that others can read; each finding has a level, words and what to do, and the exit status says whether
something is wrong."""
import os
import socket

from support.gateway import listener
from support.scenario import check, equal, run


def main(s):
    peer = s.peer()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    gateway = s.gateway(next_hop=peer, start=False, config={"listener": [
        listener("outbound", address=f"127.0.0.1:{port}")], "limits": {"free_disk": "1 MiB"}})

    def examine():
        result = gateway.cli("doctor", "--json")
        document = result.json()
        equal(result.code, 1 if document["result"] == "fail" else 0, "exit status")
        for one in document["checks"]:
            equal(one["level"] == "ok", one["advice"] == "", f"advice where it is needed: {one}")
        return document["checks"]

    def level(checks, area, part=""):
        found = [one for one in checks if one["area"] == area and part in one["text"]]
        check(found, f"nothing of {area} ({part}) in {checks}")
        return max((one["level"] for one in found), key=["ok", "warn", "fail"].index)

    # Before the first start.
    checks = examine()
    equal(level(checks, "daemon"), "fail", "daemon")
    equal(level(checks, "listener outbound", "is free"), "ok", "the port")
    hop = f"next hop 127.0.0.1:{peer.port}"
    equal(level(checks, hop, "answers EHLO"), "ok", "next hop")
    equal(level(checks, "database", "none yet"), "ok", "database")

    # Up.
    gateway.start()
    checks = examine()
    wrong = [one for one in checks if one["level"] == "fail"]
    equal(wrong, [], "what is wrong with a healthy one")
    for area in ("daemon", "spool", "mail log", "database", "listener outbound", "permissions", "disk", "configuration"):
        equal(level(checks, area), "ok", area)
    equal(level(checks, "certificate", "signed by itself"), "warn", "certificate")
    level(checks, "clock")
    level(checks, "open files")
    talk = gateway.cli("doctor")
    equal(talk.code, 0, "exit status")
    check("ok    daemon: version" in talk.out and "      -> " in talk.out, talk.out)

    # What can be wrong.
    peer.down()
    equal(level(examine(), hop), "fail", "next hop down")
    peer.up()
    gateway.must("route", "add", "tls.example", f"127.0.0.1:{peer.port}", "--tls", "required")
    checks = examine()
    equal(level(checks, hop), "fail", "a route that wants TLS where there is none")
    gateway.must("route", "remove", "tls.example")
    os.chmod(gateway.data / "spool.key", 0o644)
    equal(level(examine(), "permissions", "spool.key"), "fail", "a key for all")
    os.chmod(gateway.data / "spool.key", 0o600)

    # Down, and another has the port.
    gateway.stop()
    checks = examine()
    equal(level(checks, "daemon"), "fail", "daemon")
    equal(level(checks, "database", "is whole"), "ok", "database")
    before = sorted(str(path) for path in gateway.data.rglob("*"))
    with socket.create_server(("127.0.0.1", port)):
        checks = examine()
        equal(level(checks, "listener outbound", f"(pid {os.getpid()})"), "fail", "who has the port")
    equal(sorted(str(path) for path in gateway.data.rglob("*")), before, "it leaves everything as it was")
    (gateway.data / "sealgate.db").write_bytes(b"x" * 8192)
    equal(level(examine(), "database"), "fail", "a broken database")
    gateway.write_text(gateway.file.read_text().replace("hostname", "hostnmae"))
    checks = examine()
    equal(level(checks, "configuration", "did you mean 'hostname'"), "fail", "the file")


if __name__ == "__main__":
    run(main)
