# SPDX-License-Identifier: Apache-2.0
"""What machine this is, and what processes cost on it."""
import os
import pathlib
import platform
import subprocess
import threading

_TICK = os.sysconf("SC_CLK_TCK")


def describe(directory):
    """Cores, processor, kernel, and the disk under a directory."""
    model = next((line.partition(":")[2].strip() for line in open("/proc/cpuinfo")
                  if line.startswith("model name")), "unknown")
    found = subprocess.run(["findmnt", "-no", "FSTYPE,SOURCE", "-T", directory],
                           capture_output=True, text=True, check=False)
    return {"cores": os.cpu_count(), "cpu": model, "kernel": platform.release(),
            "disk": " ".join(found.stdout.split()) or "unknown",
            "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
            "load_before": os.getloadavg()[0]}


def tree(pid):
    """A process and all its descendants."""
    found, todo = [], [pid]
    while todo:
        one = todo.pop()
        found.append(one)
        try:
            for task in pathlib.Path(f"/proc/{one}/task").iterdir():
                todo += map(int, (task / "children").read_text().split())
        except OSError:
            continue
    return found


def cpu_seconds(pid):
    """Used so far by the tree of processes, children that have ended included: their time stands in
    the parent that waited for them."""
    total = 0
    for one in tree(pid):
        try:
            fields = pathlib.Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15]))  # utime, stime, cutime, cstime
    return total / _TICK


def pss_mb(pid):
    """Memory of the tree, shared pages divided among their users."""
    total = 0
    for one in tree(pid):
        try:
            for line in open(f"/proc/{one}/smaps_rollup"):
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
                    break
        except OSError:
            continue
    return total / 1024


class PeakMemory:
    """Samples while a run goes on; seldom, since each look costs the machine something."""

    def __init__(self, pid, interval=1.0):
        self.pid, self.interval, self.peak = pid, interval, 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self):
        while not self._end.wait(self.interval):
            self.peak = max(self.peak, pss_mb(self.pid))

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join()
        self.peak = max(self.peak, pss_mb(self.pid))
