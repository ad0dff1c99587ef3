# SPDX-License-Identifier: Apache-2.0
"""Child processes that cannot outlive us: they die with the scenario, also when it is killed."""
import ctypes
import os
import signal
import subprocess
import time

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def start(argv, **options):
    """subprocess.Popen in a process group of its own, ended by the kernel when we end.

    Call it from the main thread: the kernel watches the thread that started the child."""
    return subprocess.Popen([str(a) for a in argv], start_new_session=True,
                            preexec_fn=_die_with_parent, **options)


def end(process, grace=10.0):
    """SIGTERM, then SIGKILL for the whole group after `grace` seconds. Returns the exit status."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            pass
    kill_group(process)
    return process.returncode


def kill_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    process.wait()


def wait_until(condition, seconds, step=0.01):
    """The first true value of condition(), or None when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() >= deadline:
            return value or None
        time.sleep(step)
        step = min(step * 1.5, 0.2)
