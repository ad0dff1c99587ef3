# SPDX-License-Identifier: Apache-2.0
"""kill -9 under load, twenty times: nothing accepted is lost, all of it is logged. `./dev bench
crash` does it two hundred times. (Invariants 1 and 2, H7, H8)"""
import pathlib
import subprocess
import sys

from support.gateway import bin_dir
from support.scenario import check, run, skip

KILLS = 20


def main(s):
    if not (bin_dir() / "smtp_load").exists():
        skip(f"no smtp_load in {bin_dir()}")
    crash = pathlib.Path(__file__).resolve().parents[2] / "bench" / "crash.py"
    # No kill begins late, so that the books are checked within CTest's limit.
    done = subprocess.run([sys.executable, "-B", crash, str(KILLS), "--seconds", "60"],
                          capture_output=True, text=True, timeout=105)
    print(done.stdout)
    check(done.returncode == 0, f"bench/crash.py: exit {done.returncode}\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    run(main)
