# SPDX-License-Identifier: Apache-2.0
"""Child processes that cannot outlive us: they die with the scenario, also when it is killed."""
import ctypes
import json
import os
import signal
import subprocess
import time
import traceback

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


def as_user(uid, function, *args):
    """What function(*args) returns in a child that is another user of the machine. Root only; the
    result goes through JSON, with lists for tuples."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(read)
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            with os.fdopen(write, "w") as pipe:
                json.dump(function(*args), pipe)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(write)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    assert status == 0, f"the child that is user {uid} ended with {status}"
    return json.loads(text)
