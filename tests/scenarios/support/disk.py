# SPDX-License-Identifier: Apache-2.0
"""A small disk of its own that a scenario can fill."""
import os
import pathlib
import subprocess

from .scenario import skip


class SmallDisk:
    """A tmpfs; unmounted at the end. Skips the scenario where mounting is not allowed."""

    def __init__(self, scenario, directory, size):
        self.path = pathlib.Path(directory)
        self.path.mkdir(parents=True, exist_ok=True)
        self.ballast = self.path / "ballast"
        if os.geteuid() != 0:
            skip("mounting a small disk needs root")
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "sealgate-test",
                               self.path], capture_output=True, text=True)
        if done.returncode != 0:
            skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
        scenario.cleanup(self._unmount)

    def _unmount(self):
        subprocess.run(["umount", "-l", self.path], check=False, capture_output=True)

    def free(self):
        stat = os.statvfs(self.path)
        return stat.f_bavail * stat.f_frsize

    def fill(self, leave=0):
        """Leaves at most `leave` octets free."""
        wanted = self.free() - leave
        # Without a buffer: what one holds when the disk is full would be written again by close.
        with open(self.ballast, "ab", buffering=0) as file:
            while wanted > 0:
                try:
                    wanted -= file.write(b"\0" * min(wanted, 1 << 20))
                except OSError:
                    return

    def clear(self):
        self.ballast.unlink(missing_ok=True)
