# SPDX-License-Identifier: Apache-2.0
"""One situation: a directory of its own, everything started in it, and an end that cleans up.

    def main(s):
        peer = s.peer()
        gateway = s.gateway(next_hop=peer)
        ...
        check(reply.code == 250, "...")

    if __name__ == "__main__":
        run(main)

Exit status 0: as it should be; 1: not; 77: this machine cannot show it."""
import faulthandler
import os
import pathlib
import shutil
import sys
import tempfile
import threading
import time
import traceback

from . import processes
from .gateway import Gateway
from .peer import ScriptedPeer

SKIPPED = 77
LIMIT = 110  # seconds; CTest's own limit is 120 and would show no stack


class Failure(AssertionError):
    pass


class Skip(Exception):
    pass


def check(condition, message):
    if not condition:
        raise Failure(message() if callable(message) else message)


def equal(found, wanted, what):
    if found != wanted:
        raise Failure(f"{what}:\n  found  {found!r}\n  wanted {wanted!r}")


def skip(reason):
    raise Skip(reason)


def eventually(condition, what, seconds=10):
    """Waits for condition() to be true and returns its value."""
    value = processes.wait_until(condition, seconds)
    if not value:
        raise Failure(f"not within {seconds} s: {what() if callable(what) else what}")
    return value


class Scenario:
    def __init__(self, directory):
        self.dir = pathlib.Path(directory)
        self._cleanups = []
        self._gateways = []
        self._postfixes = []

    def cleanup(self, function):
        self._cleanups.append(function)

    def gateway(self, *, next_hop=None, config=None, start=True, name="gateway", **options):
        """A gateway in its own directory below ours; see Gateway for `config`."""
        gateway = Gateway(self.dir / name, next_hop=next_hop, config=config, **options)
        self._gateways.append(gateway)
        self.cleanup(gateway.abandon)
        if start:
            gateway.start()
        return gateway

    def peer(self, script=None, **options):
        peer = ScriptedPeer(script, **options)
        self.cleanup(peer.close)
        return peer

    def dns(self):
        from . import dns
        if dns.dns is None:
            skip("the DNS server of the scenarios needs python3-dnspython")
        server = dns.DnsServer()
        self.cleanup(server.close)
        return server

    def world(self):
        from .dns import World
        return World(self)

    def postfix(self, **options):
        from .postfix import Postfix, usable
        reason = usable()
        if reason:
            skip(reason)
        postfix = Postfix(self.dir / f"postfix{len(self._cleanups)}", **options)
        self.cleanup(postfix.stop)
        self._postfixes.append(postfix)
        postfix.start()
        return postfix

    def end(self):
        for function in reversed(self._cleanups):
            try:
                function()
            except Exception:  # the other clean-ups must run as well
                traceback.print_exc()
        self._cleanups.clear()

    def explain(self):
        """What a person needs to understand a failure."""
        for gateway in self._gateways:
            gateway.explain()
        for postfix in self._postfixes:
            lines = postfix.log().splitlines()[-60:]
            print("--- Postfix's log\n" + "\n".join("  " + line for line in lines), flush=True)


def _watchdog(scenario, done):
    if done.wait(LIMIT):
        return
    print(f"FAILED: not finished after {LIMIT} s", file=sys.stderr)
    faulthandler.dump_traceback(file=sys.stderr)
    scenario.explain()
    scenario.end()
    os._exit(1)


def run(main):
    directory = tempfile.mkdtemp(prefix="sealgate-scenario-")
    os.chmod(directory, 0o755)  # Postfix's own user must be able to pass
    scenario = Scenario(directory)
    done = threading.Event()
    threading.Thread(target=_watchdog, args=(scenario, done), daemon=True).start()
    started = time.monotonic()
    status = 1
    try:
        main(scenario)
        for gateway in scenario._gateways:
            gateway.check_clean()
        status = 0
        print(f"ok, {time.monotonic() - started:.1f} s")
    except Skip as reason:
        status = SKIPPED
        print(f"SKIPPED: {reason}", file=sys.stderr)
    except AssertionError as failure:
        traceback.print_exc()
        scenario.explain()
        print(f"FAILED: {failure}", file=sys.stderr)
    except Exception as error:
        traceback.print_exc()
        scenario.explain()
        print(f"FAILED: {type(error).__name__}: {error}", file=sys.stderr)
    finally:
        done.set()
        scenario.end()
        if status == 1 and os.environ.get("SEALGATE_KEEP"):
            print(f"kept: {directory}", file=sys.stderr)
        else:
            shutil.rmtree(directory, ignore_errors=True)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # threads of a peer that still wait must not hold us
