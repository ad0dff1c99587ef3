# SPDX-License-Identifier: Apache-2.0
"""Mail that waits lies nowhere in clear: not in data_dir, not in the log, not in temporary files, not in files
that are open and have no name. All of it is 0600 in directories that are 0700, another user of the machine can
read none of it, and neither he nor another program of the daemon's own user the daemon's memory. An abort under
load leaves no core file and loses nothing. (E13)

Swap and backups are not looked at; what a next hop `mailbox:` writes is mail delivered, in clear."""
import base64
import os
import resource
import stat
import threading

from support import leaks
from support.client import Closed
from support.conserve import conserve
from support.gateway import bin_dir
from support.mail import message
from support.processes import as_user, start
from support.scenario import check, equal, eventually, run, skip

DAEMON, OTHER = 64913, 64914  # users that own nothing here
SHARED = ("/tmp", "/var/tmp", "/dev/shm")


def mail(mark, size=0):
    attached = base64.encodebytes(f"attached {mark} {mark} {mark}\n".encode()).decode()
    filler = "".join(f"{n} {mark}\n" for n in range(size // 30))
    return message(subject=f"about {mark}", extra=(
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n"), body=(
        f"--b\nContent-Type: text/plain\n\ntext {mark}\n{filler}--b\n"
        f"Content-Type: application/octet-stream; name=\"{mark}.bin\"\n"
        f"Content-Transfer-Encoding: base64\n\n{attached}--b--\n"))


def reads(paths):
    """Of these the ones that this user can read or list."""
    able = []
    for path in paths:
        try:
            if os.path.isdir(path):
                os.listdir(path)
            else:
                open(path, "rb").close()
            able.append(path)
        except OSError:
            pass
    return able


def memory_of(pid):
    """What this user can read of a process."""
    return reads([f"/proc/{pid}/{name}" for name in ("mem", "maps", "environ", "auxv")])


def dumped(process):
    """Whether the kernel wrote a core file of a process that has ended."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT).si_code == os.CLD_DUMPED


def main(s):
    if os.geteuid() != 0:
        skip("running the gateway as a user of its own needs root")
    # Where a core file would be written, and may be: the daemon has to refuse it itself.
    cores = s.dir / "cores"
    cores.mkdir()
    cores.chmod(0o777)
    os.environ["SEALGATE_BIN"] = str(bin_dir().resolve())
    os.chdir(cores)
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    if not as_user(DAEMON, os.access, str(bin_dir() / "sealgated"), os.X_OK):
        skip(f"another user cannot run what lies in {bin_dir()}")

    mark = leaks.marker()
    check(len(leaks.found_in(mail(mark), mark)) >= 2, "the marker is found in the mail, as text and in base64")
    peer = s.peer()
    gateway = s.gateway(next_hop=peer, start=False, config={"delivery": {"retry": ["1h"]}})
    gateway.user = DAEMON
    gateway.env["ASAN_OPTIONS"] = "detect_leaks=0"  # the leak checker traces, which is what nobody may
    gateway.start()
    peer.down()
    accepted = []
    for n, size in enumerate((0, 10_000, 600_000, 3_000_000)):  # in a record, and in a file of its own
        accepted.append(f"r{n}@partner.example")
        check(gateway.send("alice@managed.example", accepted[-1], mail(mark, size)).is_(250), accepted[-1])
    eventually(lambda: all(r["attempts"] for i in gateway.queue() for r in i["recipients"]), "each was tried")

    def nothing_in_clear(when):
        places = [*leaks.below(gateway.dir), *leaks.below(cores), *leaks.of_user(DAEMON, *SHARED)]
        if gateway.alive():
            places += leaks.open_files(gateway.pid)
        equal(leaks.in_files(places, mark), [], f"in clear, {when}")
        return places

    places = nothing_in_clear("while it waits")
    content = list((gateway.data / "spool" / "content").iterdir())
    check(content and sum(f.stat().st_size for f in content) > 3_000_000, f"the large one has a file: {content}")

    # Who may read.
    inside = leaks.below(gateway.data)
    modes = {}
    for path in inside:
        kind = path.lstat().st_mode
        wanted = 0o700 if stat.S_ISDIR(kind) else 0o600
        if stat.S_IMODE(kind) != wanted:
            modes[str(path)] = oct(stat.S_IMODE(kind))
    equal(modes, {}, "modes other than 0700 and 0600")
    outside = [p for p in leaks.of_user(DAEMON, *SHARED) if gateway.dir not in (p, *p.parents)]
    equal(outside, [], "what the daemon left elsewhere")
    check(len(as_user(DAEMON, reads, [str(p) for p in inside if not p.is_socket()])) > 10, "its own user can")
    equal(as_user(OTHER, reads, [str(p) for p in inside]), [], "what another user can read")
    gateway.data.chmod(0o755)  # also when the outer door was left open
    equal(as_user(OTHER, reads, [str(p) for p in inside[1:]]), [], "what another user can read, data_dir open")
    gateway.data.chmod(0o700)

    # Memory. Another process of the same user shows that it is the daemon that refuses.
    idle = start(["sleep", "60"], user=DAEMON, group=DAEMON)
    s.cleanup(idle.kill)
    check(as_user(DAEMON, memory_of, idle.pid), "a process of one's own user can be read")
    idle.kill()
    for user in (DAEMON, OTHER):
        equal(as_user(user, memory_of, gateway.pid), [], f"what user {user} can read of the daemon")
    limits = open(f"/proc/{gateway.pid}/limits").read()
    core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    equal(core.split()[4:6], ["0", "0"], "limits of a core file")

    # An abort under load.
    control = start(["/bin/sh", "-c", "kill -ABRT $$", mark], user=DAEMON, group=DAEMON)
    if dumped(control):
        written = list(cores.iterdir())
        if written:  # a program may take them elsewhere
            check(leaks.in_files(written, mark), f"the marker is found in {written} of another program")
        for path in written:
            path.unlink()
    else:
        print("this machine writes no core files at all: that there is none of the daemon says little")
    control.wait()
    lock, ended = threading.Lock(), threading.Event()

    def load(worker):
        n = 0
        while not ended.is_set():
            recipient, n = f"w{worker}.{n}@partner.example", n + 1
            try:
                if gateway.send("alice@managed.example", recipient, mail(mark, 20_000)).code == 250:
                    with lock:
                        accepted.append(recipient)
            except (OSError, Closed, AssertionError):
                return
    workers = [threading.Thread(target=load, args=(n,), daemon=True) for n in range(4)]
    before = len(accepted)
    for worker in workers:
        worker.start()
    eventually(lambda: len(accepted) > before + 40, "load", 30)
    gateway.expect_dirty = True
    os.kill(gateway.pid, 6)
    check(not dumped(gateway.process), "the kernel wrote a core file of the daemon")
    gateway.process.wait()
    ended.set()
    for worker in workers:
        worker.join(30)
    equal(list(cores.iterdir()), [], "core files")
    nothing_in_clear("after an abort")
    gateway.start()
    conserve(gateway, accepted, peer)
    nothing_in_clear("after the next start")
    gateway.stop()
    check(len(places) > 10, "places looked at")


if __name__ == "__main__":
    run(main)
