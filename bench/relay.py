#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our `through` and `store` beside Postfix and Haraka, in one run on one machine.

All servers run at once, each with a sink of its own; the rounds are interleaved, so that what else
the machine does meets all of them; the median counts. Absolute rates are of this machine only, the
ratios and the CPU per message are what to look at.

  client       "waits": one command, one reply; "pipelines" (RFC 2920): MAIL, RCPT and DATA in one
               write, as Postfix, Exim and Exchange send to a server that offers it
  accepted/s   messages with a 250 after the dot, from the first connect to the last 250
  through/s    the same messages, from the first connect until the sink had the last one
  p50, p99     MAIL to 250, milliseconds
  CPU          milliseconds a message, all processes of the server, children that ended included
  PSS          peak memory of all its processes, shared pages divided
  lost         accepted and not at the sink within the time to drain: must be 0"""
import argparse
import itertools
import json
import pathlib
import shutil
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from benchlib import ROOT  # noqa: E402  (sets the path for the next ones)
from benchlib import machine, peers  # noqa: E402
from benchlib.tools import Sink, load  # noqa: E402

DRAIN = 90  # seconds for what was accepted to arrive


CLIENTS = ("waits", "pipelines")


def pipelining(client):
    return {"pipeline": True} if client == "pipelines" else {}


def measure(peer, sink, cell, args):
    size, sessions, per_connection, client = cell
    sink.reset()
    cpu = machine.cpu_seconds(peer.pid)
    with machine.PeakMemory(peer.pid) as memory:
        found = load(peer.port, args.seconds + 60, sessions=sessions, messages=args.messages,
                     per_connection=per_connection, size=size, seconds=args.seconds,
                     **pipelining(client), **{"from": peers.FROM, "rcpt": peers.RCPT})
        counts = sink.wait(found["accepted"], DRAIN)
    time.sleep(0.2)  # what the server still does for these messages is theirs
    cpu = machine.cpu_seconds(peer.pid) - cpu
    accepted = found["accepted"]
    span = (counts["last_ns"] - found["begin_ns"]) / 1e9
    return {
        "peer": peer.name, "size": size, "sessions": sessions, "per_connection": per_connection,
        "client": client,
        "accepted": accepted, "attempted": found["attempted"],
        "accepted_rate": found["rate"], "through_rate": counts["unique"] / span if span > 0 else 0,
        "p50_ms": found["p50_ms"], "p99_ms": found["p99_ms"], "max_ms": found["max_ms"],
        "cpu_ms": cpu * 1000 / max(1, accepted), "pss_mb": memory.peak,
        "lost": max(0, accepted - counts["unique"]), "duplicates": counts["duplicates"],
        "refused": found["replies"]["4xx"] + found["replies"]["5xx"], "dropped": found["dropped"],
        "first_refusal": found["first_refusal"],
    }


def median(runs):
    return {key: statistics.median(run[key] for run in runs)
            for key in ("accepted_rate", "through_rate", "p50_ms", "p99_ms", "cpu_ms", "pss_mb")} | {
        "lost": sum(run["lost"] for run in runs), "duplicates": sum(run["duplicates"] for run in runs),
        "refused": sum(run["refused"] for run in runs)}


def ratio(rows, cell, name, other):
    base = rows.get((cell, other))
    if not base or not base["through_rate"] or name == other:
        return "–"
    return f"{rows[cell, name]['through_rate'] / base['through_rate']:.1f}"


def table(cells, names, results):
    rows = {key: median(runs) for key, runs in results.items()}
    out = ["| size | sessions | per connection | client | server | accepted/s | through/s | p50 ms | p99 ms |"
           " CPU ms | PSS MB | × Postfix | × proxy | × Haraka | lost | twice |",
           "|---:|---:|---:|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"]
    for cell in cells:
        for name in names:
            if (cell, name) not in rows:
                continue
            row = rows[cell, name]
            ratios = [ratio(rows, cell, name, other)
                      for other in ("Postfix relay", "Postfix proxy", "Haraka forward")]
            out.append(
                f"| {cell[0] // 1024} KiB | {cell[1]} | {cell[2]} | {cell[3]} | {name} | "
                f"{row['accepted_rate']:.0f} | {row['through_rate']:.0f} | {row['p50_ms']:.2f} | "
                f"{row['p99_ms']:.1f} | {row['cpu_ms']:.3f} | {row['pss_mb']:.0f} | "
                f"{' | '.join(ratios)} | {row['lost']} | {row['duplicates']} |")
    return "\n".join(out)


def numbers(text):
    return [int(word) for word in text.split(",")]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="4 KiB, 50 sessions and one: 3 minutes")
    parser.add_argument("--sizes", type=numbers, default=[4096, 102400])
    parser.add_argument("--sessions", type=numbers, default=[1, 10, 50, 200])
    parser.add_argument("--per-connection", type=numbers, default=[1, 20])
    parser.add_argument("--clients", type=lambda text: text.split(","), default=["waits"],
                        help="of " + ", ".join(CLIENTS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, help="of sending, each run; 5, quick 2")
    parser.add_argument("--messages", type=int, default=100_000, help="at most, each run")
    parser.add_argument("--peers", default=",".join(peers.USUAL), help="of " + ", ".join(peers.ALL))
    args = parser.parse_args()
    if not set(args.clients) <= set(CLIENTS):
        parser.error("--clients is a list of " + ", ".join(CLIENTS))
    args.cells = list(itertools.product(args.sizes, args.sessions, args.per_connection,
                                        args.clients))
    if args.quick:
        args.cells = [(4096, 50, 20, "waits"), (4096, 50, 20, "pipelines"), (4096, 1, 1, "waits")]
    args.seconds = args.seconds or (2 if args.quick else 5)
    return args


def start(names, run_dir):
    """The peers that can be measured here, each with its sink."""
    running = []
    for peer in peers.make(names):
        slug = peer.name.replace(" ", "-").lower()
        sink = Sink(run_dir, slug)
        try:
            peer.start(run_dir / slug, sink.port)
        except (peers.Unusable, AssertionError) as reason:
            print(f"{peer.name} is left out: {reason}", file=sys.stderr)
            sink.stop()
            continue
        running.append((peer, sink))
    return running


def run(args, running, record):
    results = {}
    for peer, sink in running:  # processes are made and caches filled before anything counts
        load(peer.port, 60, sessions=20, messages=300, per_connection=5, seconds=5,
             **{"from": peers.FROM, "rcpt": peers.RCPT})
        sink.wait(1, 5)
    time.sleep(1)
    for round_ in range(args.rounds):
        for cell in args.cells:
            for peer, sink in running:
                found = measure(peer, sink, cell, args) | {"round": round_}
                results.setdefault((cell, peer.name), []).append(found)
                record(found)
                print(f"  {round_ + 1}/{args.rounds} {cell} {peer.name}: "
                      f"{found['through_rate']:.0f}/s", file=sys.stderr, flush=True)
    return results


def main():
    args = arguments()
    out_dir = ROOT / "build" / "bench"
    out_dir.mkdir(parents=True, exist_ok=True)
    run_dir = pathlib.Path(tempfile.mkdtemp(prefix="relay-", dir=out_dir))
    run_dir.chmod(0o755)  # Postfix's own user must be able to pass
    lines = out_dir / f"relay-{time.strftime('%Y%m%d-%H%M%S')}.jsonl"
    kind = machine.describe(run_dir)
    running = []
    try:
        running = start(args.peers.split(","), run_dir)
        with open(lines, "w") as file:
            file.write(json.dumps({"machine": kind}) + "\n")
            results = run(args, running, lambda found: print(json.dumps(found), file=file, flush=True))
    finally:
        for peer, sink in running:
            try:
                peer.stop()
            except AssertionError as problem:
                print(f"{peer.name}: {problem}", file=sys.stderr)
            sink.stop()
        shutil.rmtree(run_dir, ignore_errors=True)
    print(f"{kind['cores']} cores of {kind['cpu']}, {kind['memory_gib']} GiB, kernel {kind['kernel']}, "
          f"{kind['disk']}; load before {kind['load_before']:.2f}; medians of {args.rounds} rounds of "
          f"{args.seconds} s\n")
    print(table(args.cells, [peer.name for peer, _ in running], results))
    print(f"\nevery run: {lines.relative_to(ROOT)}")
    return 1 if any(one["lost"] for runs in results.values() for one in runs) else 0


if __name__ == "__main__":
    sys.exit(main())
