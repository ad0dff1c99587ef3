# SPDX-License-Identifier: Apache-2.0
"""--check looks into the files that the configuration names and speaks in words; a second daemon on a
data_dir is told whose it is; what is valid and hardly meant is warned of."""
import re
import subprocess

from support.certs import Authority
from support.gateway import bin_dir
from support.scenario import check, equal, run


def main(s):
    authority = Authority(s.dir / "ca")
    good, other = (authority.issue("gw.example.com", file=f"cert{n}") for n in range(2))
    broken = s.dir / "broken.pem"
    broken.write_text("no certificate\n")
    key = s.dir / "spool.key"
    key.write_text("not a key\n")
    gateway = s.gateway(next_hop=s.peer(), start=False)

    def checked(changes):
        gateway.write_config({"tls": None, "spool": None})
        gateway.write_config(changes)
        result = gateway.check_config()
        check(not re.search(r"error \d", result.err), f"a number instead of words: {result.err}")
        return result

    def tls(certificate, private, **more):
        return {"tls": {"certificate_file": str(certificate), "key_file": str(private), **more}}
    for name, changes, words in (
            ("no such certificate", tls("/nonexistent.pem", good[1]), "No such file or directory"),
            ("no certificate in it", tls(broken, good[1]), "certificate file"),
            ("no such key", tls(good[0], "/nonexistent.key"), "No such file or directory"),
            ("the key of another", tls(good[0], other[1]), "key values mismatch"),
            ("no such authorities", tls(*good, ca_file="/nonexistent.ca"), "CA file"),
            ("no key of a spool", {"spool": {"key_file": str(key)}}, "64 hexadecimal digits")):
        result = checked(changes)
        check(result.code == 1 and words in result.err, f"{name}: {result}")
        check(re.search(r"sealgate\.toml:\d+:\d+: ", result.err), f"{name}: no line: {result.err}")
    equal(checked(tls(*good)).code, 0, "good files")
    equal(checked({"spool": {"key_file": str(s.dir / "made-later.key")}}).code, 0, "made at start")
    gateway.write_config({"spool": None})
    gateway.start()

    # The same data_dir again.
    second = subprocess.run([bin_dir() / "sealgated", "--config", gateway.file], capture_output=True,
                            text=True, timeout=20)
    equal(second.returncode, 75, f"exit status of the second: {second.stderr}")
    check(f"another sealgated (pid {gateway.pid}) uses data_dir {gateway.data}" in second.stderr,
          second.stderr)
    check(gateway.alive() and gateway.cli("status").code == 0, "the first was disturbed")
    equal(gateway.must("status", "--json").json()["warnings"], [], "nothing to warn of")
    gateway.kill()
    gateway.start()  # the lock went with the process

    # Valid, and hardly meant.
    gateway.stop()
    gateway.write_config({"hostname": "vm", "route": None, "postmaster": "it@elsewhere.example"})
    result = gateway.check_config()
    check(result.code == 0 and "warning" in result.err and "it@elsewhere.example" in result.err, result)
    gateway.start()
    for part in ("warning: the hostname 'vm'", "'it@elsewhere.example'"):
        check(part in gateway.stderr(), f"{part} is not on stderr")
        check(part in gateway.must("status").out, f"{part} is not in status")
    gateway.must("domain", "add", "elsewhere.example")
    equal(len(gateway.must("status", "--json").json()["warnings"]), 1, "the domain is managed now")
    gateway.stop()


if __name__ == "__main__":
    run(main)
