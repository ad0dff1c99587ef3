#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Debian package in a Debian 12 of its own: installed, used, upgraded with mail in the spool, removed, installed
again, purged. Needs root, and the Debian mirror that this machine's apt is set to."""
import argparse
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from benchlib import ROOT  # noqa: E402  (sets the path for the next ones)
from support import processes  # noqa: E402
from support.client import SmtpClient  # noqa: E402
from support.mail import message  # noqa: E402
from support.peer import ScriptedPeer  # noqa: E402

CONFIG = "etc/sealgate/sealgate.toml"
INSTALLED = ("usr/sbin/sealgated", "usr/bin/sealgate", "lib/systemd/system/sealgate.service",
             "usr/share/bash-completion/completions/sealgate", "usr/share/zsh/vendor-completions/_sealgate",
             "usr/share/fish/vendor_completions.d/sealgate.fish", "etc/logrotate.d/sealgate")


def say(text):
    print(text, flush=True)


def check(condition, text):
    if not condition:
        raise AssertionError(text)
    say(f"  ok  {text}")


def sources():
    """What this machine's apt is set to, for the same release; named nowhere else."""
    form = "$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)"
    out = subprocess.run(["apt-get", "indextargets", "--format", form, "Created-By: Packages"],
                         capture_output=True, text=True, check=True).stdout
    lines = sorted({line for line in out.splitlines() if line.endswith(" Debian")})
    wanted = [line.split() for line in lines if line.split()[1].startswith("bookworm")]
    if not wanted:
        raise SystemExit("package: this machine's apt has no Debian 12 (bookworm) to make a chroot of")
    return [f"deb {uri} {release} {component}" for uri, release, component, _ in wanted]


class Chroot:
    def __init__(self, directory):
        self.root = directory / "debian12"
        self.daemon = None
        say("a minimal Debian 12 ...")
        subprocess.run(["mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", "bookworm", self.root,
                        *sources()], check=True)
        # This process has mounts of its own (see main), so nothing outside sees these.
        subprocess.run(["mount", "-t", "proc", "proc", self.root / "proc"], check=True)
        subprocess.run(["mount", "--rbind", "/dev", self.root / "dev"], check=True)
        self.log = directory / "apt.log"
        self.run("apt-get", "update", "-q")

    def run(self, *argv, code=0, user=None):
        spec = [f"--userspec={user}"] if user else []
        done = subprocess.run(["chroot", *spec, str(self.root), *map(str, argv)], capture_output=True, text=True,
                              timeout=300, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
                                                "DEBIAN_FRONTEND": "noninteractive"})
        with open(self.log, "a", encoding="utf-8") as log:
            log.write(f"# {' '.join(map(str, argv))}\n{done.stdout}{done.stderr}")
        if code is not None and done.returncode != code:
            raise AssertionError(f"{argv}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done

    def install(self, package):
        shutil.copy(package, self.root / "root" / package.name)
        self.run("apt-get", "install", "-y", "-q", "--no-install-recommends", f"/root/{package.name}")
        return self.run("dpkg-query", "-W", "-f", "${Version}", "sealgate").stdout

    def start(self):
        """As the unit does, without systemd: its user, in the foreground."""
        ports = self.root / "var/lib/sealgate/run/ports.json"
        ports.unlink(missing_ok=True)
        with open(self.root.parent / "daemon.log", "ab") as log:
            self.daemon = processes.start(["chroot", "--userspec=sealgate:sealgate", str(self.root),
                                           "/usr/sbin/sealgated"], stdout=log, stderr=log)
        if not processes.wait_until(lambda: ports.exists() or self.daemon.poll() is not None, 20) or \
                self.daemon.poll() is not None:
            raise AssertionError("the daemon did not start; see daemon.log")

    def stop(self):
        if self.daemon:
            processes.end(self.daemon, 15)
            self.daemon = None

    def waiting(self):
        out = self.run("sealgate", "queue", "list", "--json", code=None).stdout
        return len(json.loads(out)) if out.strip() else 0

    def has(self, path):
        return os.path.lexists(self.root / path)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def build(revision):
    done = subprocess.run([ROOT / "packaging/build-deb", "--revision", revision], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"package: {done.stdout}{done.stderr}")
    return ROOT / done.stdout.split()[-1]


def send(port, names):
    contents = {}
    for name in names:
        to = f"{name}@partner.example"
        contents[to] = message(recipient=to, body=f"{name}\n" * 2000)
        with SmtpClient(port) as client:
            client.greet()
            reply = client.transaction("alice@example.com", to, contents[to])
        if not reply.is_(250):
            raise AssertionError(f"{to}: {reply}")
    return contents


def arrived(peer, contents):
    peer.wait(len(contents), 30)
    return sorted(m.recipients[0] for m in peer.messages) == sorted(contents) and \
        all(contents[m.recipients[0]] in m.content for m in peer.messages)


def life(debian, peer, first, second, port):
    say("install")
    version = debian.install(first)
    check(debian.run("getent", "passwd", "sealgate").stdout, "the user sealgate is there")
    check(all(debian.has(path) for path in INSTALLED), "programs, unit, completions, log rotation")
    for page in ("man1/sealgate.1.gz", "man5/sealgate.toml.5.gz", "man8/sealgated.8.gz"):
        check(page in debian.run("dpkg", "-L", "sealgate").stdout, f"manual page {page}")
    mode = debian.run("stat", "-c", "%U:%G %a", f"/{CONFIG}", "/var/lib/sealgate").stdout.split("\n")
    check(mode[:2] == ["root:sealgate 640", "sealgate:sealgate 700"], "owners and permissions")
    shipped = (debian.root / CONFIG).read_text()
    live = [line for line in shipped.splitlines() if line.strip() and not line.startswith("#")]
    check(not any("[[domain]]" in line or "unmanaged" in line for line in live),
          "the shipped configuration declares neither domains nor unmanaged_senders")
    check(debian.run("sealgated", "--check").returncode == 0, "and is valid")

    say("use, next hop down")
    (debian.root / CONFIG).write_text(shipped.replace("127.0.0.1:2525", f"127.0.0.1:{port}").replace(
        "# hostname = ", "hostname = ") + f'\n[[route]]\ndomain = "*"\nnext_hop = "127.0.0.1:{peer.port}"\n'
        '[delivery]\nretry = ["1h"]\n')
    changed = (debian.root / CONFIG).read_text()
    debian.start()
    debian.run("sealgate", "domain", "add", "example.com")
    peer.down()
    contents = send(port, [f"before{n}" for n in range(5)])
    check(debian.waiting() == 5, "five messages acknowledged and waiting")

    say("upgrade")
    newer = debian.install(second)
    check(debian.run("dpkg", "--compare-versions", newer, "gt", version).returncode == 0, f"{version} -> {newer}")
    check((debian.root / CONFIG).read_text() == changed, "the changed configuration was kept")
    debian.stop()
    debian.start()
    check(debian.waiting() == 5, "the mail is still there")
    peer.up()
    debian.run("sealgate", "queue", "retry", "--all")
    check(arrived(peer, contents), "and was delivered, each once, as it was")
    check(processes.wait_until(lambda: debian.waiting() == 0, 15), "the queue is empty")

    say("remove with mail in the spool, install again")
    peer.down()
    peer.clear()
    contents = send(port, ["kept"])
    debian.stop()
    removed = debian.run("apt-get", "remove", "-y", "-q", "sealgate")
    check("stays there" in removed.stdout, "the removal says that mail waits")
    check(not debian.has("usr/sbin/sealgated") and debian.has("var/lib/sealgate/spool") and debian.has(CONFIG),
          "the program is gone; spool and configuration are not")
    debian.install(second)
    peer.up()
    debian.start()
    debian.run("sealgate", "queue", "retry", "--all")
    check(arrived(peer, contents), "the kept mail was delivered")
    debian.stop()

    say("purge")
    debian.run("apt-get", "purge", "-y", "-q", "sealgate")
    check(debian.run("getent", "passwd", "sealgate", code=None).returncode != 0, "the user is gone")
    left = [str(path.relative_to(debian.root)) for top in ("etc", "usr", "var", "lib")
            for path in (debian.root / top).rglob("*sealgate*")]
    check(not left, f"nothing is left{': ' + ', '.join(left) if left else ''}")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--keep", action="store_true", help="keep the directory")
    given = options.parse_args()
    if os.geteuid() != 0:
        raise SystemExit("package: a chroot needs root")
    if os.environ.get("SEALGATE_MOUNTS") != "own":
        os.environ["SEALGATE_MOUNTS"] = "own"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv])
    first, second = build("1"), build("2")
    directory = pathlib.Path(tempfile.mkdtemp(prefix="sealgate-package-"))
    peer = ScriptedPeer()
    debian = None
    try:
        debian = Chroot(directory)
        life(debian, peer, first, second, free_port())
        say("PASSED: installed, upgraded with mail in the spool, removed, purged; nothing lost, nothing left")
        return 0
    except AssertionError as problem:
        say(f"FAILED: {problem}")
        log = directory / "daemon.log"
        if log.exists():
            say(log.read_text(errors="replace")[-2000:])
        return 1
    finally:
        if debian:
            debian.stop()
            subprocess.run(["umount", "-R", "-l", debian.root / "dev", debian.root / "proc"], check=False)
        if given.keep:
            say(f"kept: {directory}")
        else:
            shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
