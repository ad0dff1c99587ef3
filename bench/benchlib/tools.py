# SPDX-License-Identifier: Apache-2.0
"""smtp_load and smtp_sink as objects."""
import json
import pathlib
import socket
import subprocess
import time

from . import ROOT
from support import processes
from support.gateway import bin_dir


class Sink:
    def __init__(self, directory, name="sink", *options):
        self.control_path = pathlib.Path(directory) / f"{name}.control"
        self.ledger = pathlib.Path(directory) / f"{name}.ledger"
        self.process = processes.start(
            [bin_dir() / "smtp_sink", "--control", self.control_path, "--ledger", self.ledger,
             *options], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def _ask(self, line):
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(10)
            control.connect(str(self.control_path))
            control.sendall(line.encode() + b"\n")
            return control.makefile().readline()

    def count(self):
        return json.loads(self._ask("count"))

    def reset(self):
        self._ask("reset")

    def wait(self, unique, seconds):
        """The counts when so many different messages have come, or when the time is over."""
        deadline = time.monotonic() + seconds
        while True:
            counts = self.count()
            if counts["unique"] >= unique or time.monotonic() >= deadline:
                return counts
            time.sleep(0.02)

    def ids(self):
        self.count()  # writes the ledger out
        return self.ledger.read_text().split()

    def stop(self):
        processes.end(self.process, grace=5)


def load_command(port, **options):
    """Options as of smtp_load, with '_' for '-'; True for a flag."""
    argv = [str(bin_dir() / "smtp_load"), "--to", f"127.0.0.1:{port}", "--json"]
    for name, value in options.items():
        argv.append("--" + name.replace("_", "-"))
        if value is not True:
            argv.append(str(value))
    return argv


def load(port, timeout, **options):
    done = subprocess.run(load_command(port, **options), capture_output=True, text=True,
                          timeout=timeout, check=False)
    if done.returncode not in (0, 1):
        raise RuntimeError(f"smtp_load: {done.stderr}")
    return json.loads(done.stdout)


__all__ = ["ROOT", "Sink", "bin_dir", "load", "load_command"]
