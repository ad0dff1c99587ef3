#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The mail log at scale: 10 million records on disk, questions of all kinds asked of it, warm and
cold, while 1 000 messages a second are recorded."""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from benchlib import ROOT, machine  # noqa: E402

WARM_MS, COLD_MS = 50, 200  # the budgets: p99, and the slowest


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("records", type=int, nargs="?", default=10_000_000)
    parser.add_argument("--rounds", type=int, default=100, help="warm, each question")
    parser.add_argument("--cold-rounds", type=int, default=5)
    parser.add_argument("--rate", type=int, default=1000, help="messages recorded a second")
    parser.add_argument("--directory", type=pathlib.Path,
                        help="a log that an earlier run left here is used again; default: a new one "
                             "that is removed")
    args = parser.parse_args()
    directory = args.directory or ROOT / "build" / "bench" / "log"
    if not args.directory:
        shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True, exist_ok=True)
    print(f"machine: {machine.describe(directory)}", file=sys.stderr)
    program = ROOT / "build" / "release" / "bin" / "maillog_load"
    missed = 0
    try:
        process = subprocess.Popen(
            [program, directory, str(args.records), str(args.rounds), str(args.cold_rounds),
             str(args.rate)], stdout=subprocess.PIPE, text=True)
        for line in process.stdout:
            found = json.loads(line)
            if "segments" in found:
                made = (f", made in {found['recorded_ms'] / 1000:.0f} s, indexed after "
                        f"{found['indexed_ms'] / 1000:.0f} s" if found["made"] else "")
                print(f"{found['records']:,} records in {found['segments']} segments: "
                      f"{found['record_bytes'] / 1e6:.0f} MB, index {found['index_bytes'] / 1e6:.0f} "
                      f"MB{made}\n")
                print("| question | found | p50 ms | p99 ms | cold p50 ms | cold slowest ms | |")
                print("|---|---:|---:|---:|---:|---:|---|", flush=True)
            elif "name" in found:
                late = found["p99"] > WARM_MS or found["cold_max"] > COLD_MS
                missed += late
                print(f"| {found['name']} | {found['found']} | {found['p50']:.2f} | "
                      f"{found['p99']:.2f} | {found['cold_p50']:.1f} | {found['cold_max']:.1f} | "
                      f"{'over' if late else ''} |", flush=True)
            else:
                print(f"\nmeanwhile {found['written']} messages were recorded; the index was at most "
                      f"{found['most_behind']} records behind")
        if process.wait() != 0:
            sys.exit("maillog_load failed")
    finally:
        if not args.directory:
            shutil.rmtree(directory, ignore_errors=True)
    print(f"{missed} over the budget of {WARM_MS} ms warm, {COLD_MS} ms cold")


if __name__ == "__main__":
    main()
