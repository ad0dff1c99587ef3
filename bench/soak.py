#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hours in little: half the top rate for an hour, while the gateway is reloaded and restarted and
its next hop comes and goes. Then everything is drained and the books are checked.

  load      clients that send to a `store` and a `through` listener, 4 to 1, at a rate held even
  next hop  away for 10 s each 2 minutes, in turn refusing connections and hanging
  reload    SIGHUP each 20 s
  restart   SIGTERM and start, each quarter of the time
  samples   memory, file descriptors, threads, queue, each 5 s

Passes when every accepted message arrived (doubles are counted), memory, descriptors and threads are as
flat at the end of each life of the daemon as when it was warm, and in the last life as in the first,
and the clients kept at least half of the rate, outages and restarts included."""
import argparse
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from benchlib import ROOT  # noqa: E402  (sets the path for the next ones)
from benchlib import machine, peers  # noqa: E402
from benchlib.tools import Sink, load, load_command  # noqa: E402
from support import processes  # noqa: E402
from support.gateway import Gateway, listener  # noqa: E402
from support.postfix import free_port  # noqa: E402

DRAIN = 300        # seconds in the end
SAMPLE = 5
RELOAD = 20
FLAP = 120
AWAY = 10          # of each FLAP
WARM = 60          # seconds of a life before its samples count
SESSIONS = {"store": 40, "through": 10}
SHARE = {"store": 0.8, "through": 0.2}
MEMORY_GROWTH = 1.15  # last life to first, lowest quarter of the samples: between two outages
FD_GROWTH = 8


class NextHop:
    """A sink on one port that goes away and comes back; each of its lives has a ledger."""

    def __init__(self, directory):
        self.dir, self.lives, self.sink = directory, [], None
        self.port = free_port()
        self.hung = False
        self.come()

    def come(self):
        if self.hung:
            os.kill(self.sink.process.pid, signal.SIGCONT)
            self.hung = False
        elif self.sink is None:
            self.sink = Sink(self.dir, f"sink{len(self.lives)}",
                             "--listen", f"127.0.0.1:{self.port}")
            self.lives.append(self.sink)

    def go(self, hang):
        if hang:
            os.kill(self.sink.process.pid, signal.SIGSTOP)
            self.hung = True
        else:
            self.sink.ids()  # writes the ledger out
            self.sink.stop()
            self.sink = None

    def stop(self):
        self.come()
        self.sink.ids()
        self.sink.stop()


class Soak:
    def __init__(self, directory):
        self.dir = directory
        self.hop = NextHop(directory)
        self.gateway = Gateway(directory / "gateway", next_hop=self.hop, config={
            "listener": [listener(mode, mode=mode, address=f"127.0.0.1:{free_port()}")
                         for mode in SESSIONS],
            "mail_log": {"keep_size": "4 GiB"},
            "delivery": {"retry": ["2s"], "jitter_percent": 10}})
        self.generators, self.ledgers, self.samples = [], [], []
        self.life = 0
        self.done = {"reloads": 0, "restarts": 0, "outages": 0}
        self.load = {"unanswered": 0, "connect_failures": 0}
        self.accepted = dict.fromkeys(SESSIONS, 0)
        self.slowest_stop = 0.0

    def top_rate(self):
        """Of `store`, with as many sessions, for ten seconds."""
        ledger = self.dir / "accepted.top"
        self.ledgers.append(ledger)
        found = load(self.gateway.port("store"), 90, sessions=50, messages=0, per_connection=20,
                     size=4096, seconds=10, pipeline=True, prefix="top", ledger=ledger,
                     **{"from": peers.FROM, "rcpt": peers.RCPT})
        return found["rate"]

    def begin_load(self, rate, seconds, number):
        for mode, sessions in SESSIONS.items():
            ledger = self.dir / f"accepted.{mode}{number}"
            self.ledgers.append(ledger)
            self.generators.append(processes.start(
                load_command(self.gateway.port(mode), sessions=sessions, messages=0,
                             per_connection=20, size=4096, seconds=seconds, pipeline=True,
                             rate=max(1, round(rate * SHARE[mode])), prefix=f"{mode}{number}",
                             ledger=ledger, **{"from": peers.FROM, "rcpt": peers.RCPT}),
                stdout=subprocess.PIPE, text=True))

    def end_load(self):
        for mode, generator in zip(SESSIONS, self.generators):
            out, _ = generator.communicate(timeout=60)
            found = json.loads(out)
            self.accepted[mode] += found["accepted"]
            for key in self.load:
                self.load[key] += found[key]
        self.generators.clear()

    def sample(self, began):
        pid = self.gateway.pid
        stats = self.gateway.must("queue", "stats", "--json").json()
        self.samples.append({
            "at": round(time.monotonic() - began, 1), "life": self.life,
            "age": time.monotonic() - self.born, "pss_mb": machine.pss_mb(pid),
            "fds": len(os.listdir(f"/proc/{pid}/fd")),
            "threads": len(os.listdir(f"/proc/{pid}/task")), "queued": stats["messages"]})
        with open(self.dir / "samples.jsonl", "a", encoding="utf-8") as file:
            file.write(json.dumps(self.samples[-1]) + "\n")

    def start(self):
        self.gateway.start()
        self.born = time.monotonic()

    def restart(self):
        stopped = time.monotonic()
        self.gateway.stop()
        self.slowest_stop = max(self.slowest_stop, time.monotonic() - stopped)
        self.start()
        self.life += 1
        self.done["restarts"] += 1

    def run(self, rate, seconds):
        began = time.monotonic()
        due = {"sample": SAMPLE, "reload": RELOAD, "flap": FLAP / 2, "restart": seconds / 4}
        back = None
        slices = 0
        while (now := time.monotonic() - began) < seconds:
            if not self.generators or all(g.poll() is not None for g in self.generators):
                self.end_load()
                self.begin_load(rate, min(300, max(1, round(seconds - now))), slices)
                slices += 1
            if not self.gateway.alive():
                raise AssertionError(f"sealgated died:\n{self.gateway.stderr()[-2000:]}")
            if now >= due["sample"]:
                due["sample"] = now + SAMPLE
                self.sample(began)
            if now >= due["reload"]:
                due["reload"] = now + RELOAD
                self.gateway.reload()
                self.done["reloads"] += 1
            if back is not None and now >= back:
                self.hop.come()
                back = None
            if now >= due["flap"]:
                due["flap"] = now + FLAP
                self.hop.go(hang=self.done["outages"] % 2 == 1)
                self.done["outages"] += 1
                back = now + AWAY
            if now >= due["restart"] and due["restart"] < seconds * 0.9:
                due["restart"] += seconds / 4
                self.restart()
                print(f"  {now:.0f} s: {self.samples[-1]}", file=sys.stderr, flush=True)
            time.sleep(0.2)
        self.hop.come()
        self.end_load()

    def drain(self):
        """What is left in the queue when it is empty or the time is over."""
        deadline = time.monotonic() + DRAIN
        while time.monotonic() < deadline:
            left = self.gateway.must("queue", "stats", "--json").json()["messages"]
            if left == 0:
                return 0
            self.gateway.cli("queue", "retry", "--all")
            time.sleep(1)
        return left

    def books(self):
        """Accepted, arrived, missing, twice; by sort(1), as there may be tens of millions."""
        def write(name, files, *options):
            with open(self.dir / name, "wb") as out:
                subprocess.run(["sort", "-S", "512M", *options, *map(str, files)], stdout=out,
                               check=True, env={**os.environ, "LC_ALL": "C"})
            return self.dir / name

        def lines(path):
            with open(path, "rb") as file:
                return sum(1 for _ in file)
        accepted = write("accepted", [f for f in self.ledgers if f.exists()], "-u")
        every = write("arrived.all", [sink.ledger for sink in self.hop.lives])
        arrived = write("arrived", [every], "-u")
        with open(self.dir / "missing", "wb") as out:
            subprocess.run(["comm", "-23", str(accepted), str(arrived)], stdout=out, check=True,
                           env={**os.environ, "LC_ALL": "C"})
        return {"accepted": lines(accepted), "arrived": lines(arrived),
                "twice": lines(every) - lines(arrived), "missing": lines(self.dir / "missing")}


def level(samples, what):
    """The lowest quarter of the samples: the state between two outages."""
    found = sorted(s[what] for s in samples)
    return statistics.median(found[:max(1, len(found) // 4)]) if found else None


def halves(samples, life):
    """Samples of a warm daemon, and those of the second half of its life."""
    warm = [s for s in samples if s["life"] == life and s["age"] >= WARM]
    middle = (warm[0]["age"] + warm[-1]["age"]) / 2 if warm else 0
    return [s for s in warm if s["age"] < middle], [s for s in warm if s["age"] >= middle]


def grown(before, after):
    problems = []
    if after["pss_mb"] > before["pss_mb"] * MEMORY_GROWTH:
        problems.append(f"memory grew from {before['pss_mb']:.0f} to {after['pss_mb']:.0f} MB")
    if after["fds"] > before["fds"] + FD_GROWTH:
        problems.append(f"descriptors grew from {before['fds']} to {after['fds']}")
    if after["threads"] > before["threads"]:
        problems.append(f"threads grew from {before['threads']} to {after['threads']}")
    return problems


def verdict(soak, books, left, rate, seconds):
    problems = []
    if not books["accepted"]:
        problems.append("nothing was accepted: this run proves nothing")
    if books["missing"]:
        problems.append(f"LOST: {books['missing']} accepted messages never arrived")
    if left:
        problems.append(f"NOT EMPTIED: {left} messages are still queued after {DRAIN} s")
    if books["accepted"] < rate * seconds / 2:
        problems.append(f"only {books['accepted'] / seconds:.0f}/s were accepted")
    for mode, share in SHARE.items():
        if soak.accepted[mode] < rate * share * seconds / 4:
            problems.append(f"only {soak.accepted[mode] / seconds:.0f}/s were accepted in {mode}")
    levels = []
    lives = [half for life in range(soak.life + 1) for half in halves(soak.samples, life)]
    for number, half in enumerate(lives):
        levels.append({what: level(half, what) for what in ("pss_mb", "fds", "threads")})
        if None in levels[-1].values():
            problems.append("too short: a life without samples of a warm daemon")
            break
        # The end of a life beside its own beginning, and the last life beside the first.
        before = levels[number - 1] if number % 2 else levels[0]
        problems += grown(before, levels[-1])
    return levels, problems


def report(soak, top, rate, seconds, left):
    books = soak.books()
    levels, problems = verdict(soak, books, left, rate, seconds)
    print(f"{seconds} s at {rate:.0f}/s (top {top:.0f}/s): {books['accepted']} accepted "
          f"({books['accepted'] / seconds:.0f}/s), {books['missing']} lost, {books['twice']} "
          f"arrived twice, {soak.load['unanswered']} never answered; "
          + ", ".join(f"{count} {what}" for what, count in soak.done.items())
          + f"; slowest stop {soak.slowest_stop:.1f} s")
    for what in ("pss_mb", "fds", "threads"):
        values = [s[what] for s in soak.samples]
        print(f"  {what}: in the halves of its lives "
              + ", ".join(f"{one[what]:.0f}" for one in levels if one[what] is not None)
              + f"; at most {max(values, default=0):.0f}")
    print(f"  queue: at most {max((s['queued'] for s in soak.samples), default=0)}")
    for problem in problems:
        print(problem)
    return not problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--rate", type=float, default=None,
                        help="messages a second; without it half of what ten seconds show")
    parser.add_argument("--keep", action="store_true", help="keep the directory")
    args = parser.parse_args()
    base = ROOT / "build" / "bench"
    base.mkdir(parents=True, exist_ok=True)
    directory = pathlib.Path(tempfile.mkdtemp(prefix="soak-", dir=base))
    soak, good, seconds = Soak(directory), False, round(args.minutes * 60)
    try:
        soak.start()
        top = soak.top_rate()
        rate = args.rate or top / 2
        print(f"  top {top:.0f}/s; {rate:.0f}/s for {seconds} s", file=sys.stderr, flush=True)
        soak.run(rate, seconds)
        left = soak.drain()
        soak.gateway.stop()
        soak.hop.stop()
        good = report(soak, top, rate, seconds, left)
    finally:
        for generator in soak.generators:
            processes.end(generator)
        soak.gateway.abandon()
        if good and not args.keep:
            shutil.rmtree(directory, ignore_errors=True)
        else:
            print(f"kept: {directory}", file=sys.stderr)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
