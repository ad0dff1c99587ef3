#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments under load, again and again on the same data_dir; then everything is
drained and the books are checked. (Invariants 1 and 2)

Every id that a client got a 250 for must be at the sink in the end, and in the mail log. What
arrived twice is counted: a crash may double, never lose. Passes or fails by that alone, never by
time."""
import argparse
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from benchlib import ROOT  # noqa: E402  (sets the path for the next ones)
from benchlib import peers  # noqa: E402
from benchlib.tools import Sink, load_command  # noqa: E402
from support import processes  # noqa: E402
from support.gateway import Gateway, listener  # noqa: E402

DRAIN = 180  # seconds in the end
# Content sizes and how many sessions send them: records, batches, and files of their own.
SHAPES = [(800, 40, 10), (4096, 40, 3), (4096, 10, 1), (100_000, 20, 5), (1_500_000, 3, 2)]


class Crash:
    def __init__(self, directory, seed):
        self.dir = directory
        self.dice = random.Random(seed)
        # A tenth is deferred once or more, so that retries and their records are there as well.
        self.sink = Sink(directory, "sink", "--fail", "4=0.1", "--seed", str(seed % 1000))
        self.gateway = Gateway(directory / "gateway", next_hop=self.sink, config={
            "listener": [listener("store", mode="store"), listener("through", mode="through")],
            "delivery": {"retry": ["1s"], "jitter_percent": 0}})
        self.ledgers = []
        self.starts = []
        self.unanswered = 0

    def start(self):
        began = time.monotonic()
        self.gateway.start()
        self.starts.append(time.monotonic() - began)

    def one_kill(self, number):
        size, sessions, per_connection = self.dice.choice(SHAPES)
        mode = "through" if number % 4 == 3 else "store"
        ledger = self.dir / f"accepted.{number}"
        options = {"from": peers.FROM, "rcpt": peers.RCPT, "ledger": ledger}
        if self.dice.random() < 0.5:
            options["pipeline"] = True
        generator = processes.start(
            load_command(self.gateway.port(mode), sessions=sessions, messages=0, size=size,
                         per_connection=per_connection, seconds=60, prefix=f"k{number}", **options),
            stdout=subprocess.PIPE, text=True)
        time.sleep(self.dice.uniform(0.02, 0.7))
        if not self.gateway.alive():
            raise AssertionError(f"sealgated died on its own:\n{self.gateway.stderr()[-2000:]}")
        self.gateway.kill()
        generator.terminate()
        out, _ = generator.communicate(timeout=30)
        self.unanswered += json.loads(out)["unanswered"]
        self.ledgers.append(ledger)
        self.start()

    def accepted(self):
        return {line for ledger in self.ledgers if ledger.exists()
                for line in ledger.read_text().split()}

    def drain(self):
        """Until the queue is empty; what is left in it when the time is over."""
        deadline = time.monotonic() + DRAIN
        while time.monotonic() < deadline:
            stats = self.gateway.must("queue", "stats", "--json").json()
            if stats["messages"] == 0:
                return 0
            self.gateway.cli("queue", "retry", "--all")
            time.sleep(0.5)
        return stats["messages"]

    def logged(self):
        """The ids with a "message <id>" line in the text log."""
        pattern = re.compile(r"message <(k\d+-\d+)@load\.example> from ")
        return {found[1] for line in self.gateway.log() if (found := pattern.search(line))}


def report(crash, kills, left, seed):
    accepted, arrived = crash.accepted(), crash.sink.ids()
    unique, logged = set(arrived), crash.logged()
    missing = accepted - unique
    unlogged = accepted - logged
    starts = sorted(crash.starts)
    print(f"{kills} kills (seed {seed}): {len(accepted)} accepted, {len(unique & accepted)} of them "
          f"delivered, {len(unique - accepted)} more delivered whose 250 was lost, "
          f"{len(arrived) - len(unique)} arrived twice, {crash.unanswered} never answered, "
          f"{left} still queued; starts took {starts[len(starts) // 2]:.2f} s in the median, "
          f"{starts[-1]:.2f} s at most")
    # With an empty queue everything accepted must have arrived; a queue that does not empty proves
    # nothing.
    lost = bool(missing)
    if left:
        print(f"NOT EMPTIED: {left} messages are still queued after {DRAIN} s")
    if lost:
        print(f"LOST: {len(missing)} accepted ids never arrived, e.g. {sorted(missing)[:10]}")
    if unlogged:
        print(f"NOT LOGGED: {len(unlogged)} accepted ids are not in the mail log, "
              f"e.g. {sorted(unlogged)[:10]}")
    aside = [str(p) for p in (crash.gateway.data).rglob("quarantine/*")]
    if aside:
        print(f"set aside by recovery: {aside}")
    if not accepted:
        print("nothing was accepted: this run proves nothing")
    return not lost and not left and not unlogged and not aside and bool(accepted)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("kills", type=int, nargs="?", default=200)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--seconds", type=int, default=3600, help="no kill begins after that")
    parser.add_argument("--keep", action="store_true", help="keep the directory")
    args = parser.parse_args()
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(10**6)
    base = ROOT / "build" / "bench"
    base.mkdir(parents=True, exist_ok=True)
    directory = pathlib.Path(tempfile.mkdtemp(prefix="crash-", dir=base))
    crash, good, kills = Crash(directory, seed), False, 0
    deadline = time.monotonic() + args.seconds
    try:
        crash.start()
        while kills < args.kills and time.monotonic() < deadline:
            crash.one_kill(kills)
            kills += 1
            if kills % 20 == 0:
                print(f"  {kills} kills", file=sys.stderr, flush=True)
        left = crash.drain()
        crash.gateway.stop()
        good = report(crash, kills, left, seed)
    finally:
        crash.gateway.abandon()
        crash.sink.stop()
        if good and not args.keep:
            shutil.rmtree(directory, ignore_errors=True)
        else:
            print(f"kept: {directory}", file=sys.stderr)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
