#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Mail for sixty good domains while forty bad ones have mail waiting: dead, hanging, slow,
greylisting. Prints the rate of the good mail alone and beside the bad, in one run, taking turns."""
import argparse
import pathlib
import shutil
import statistics
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from benchlib import ROOT  # noqa: E402  (sets the path for the next ones)
from benchlib import machine  # noqa: E402
from benchlib.tools import Sink  # noqa: E402
from support.dns import DnsServer  # noqa: E402
from support.gateway import Gateway  # noqa: E402
from support.mail import message  # noqa: E402
from support.peer import Hang, ScriptedPeer, Wait  # noqa: E402

GOOD = 60
BAD = {"dead": 16, "hung": 8, "slow": 8, "grey": 8}
LATER = b"450 4.7.1 greylisted\r\n"
CLIENTS = 4


class Bench:
    def __init__(self, directory, bad):
        self.cleanups = []
        self.sink = Sink(directory)
        self.dns = DnsServer()
        self.bad_domains = []
        for n in range(GOOD):
            self.dns.add(f"good{n}.example", "MX", f"10 mx.good{n}.example.")
            self.dns.add(f"mx.good{n}.example", "A", "127.0.0.1")
        scripts = {"hung": {"connect": Hang()}, "slow": {"dot": Wait(2)}, "grey": {"RCPT": LATER}}
        number = 0
        for kind, count in BAD.items() if bad else ():
            for n in range(count):
                number += 1
                host, domain = f"127.1.0.{number}", f"{kind}{n}.example"
                self.dns.add(domain, "MX", f"10 mx.{domain}.")
                self.dns.add(f"mx.{domain}", "A", host)
                self.bad_domains.append(domain)
                if kind in scripts:
                    peer = ScriptedPeer(scripts[kind], host=host, port=self.sink.port)
                    self.cleanups.append(peer.close)
        self.gateway = Gateway(directory / "gateway", config={
            "dns": {"servers": [self.dns.address], "refused_networks": []},
            "delivery": {"mx_port": self.sink.port, "retry": ["5s"]},
            "route": [{"domain": "*", "next_hop": "mx", "tls": "none"}]})
        self.cleanups += [self.gateway.kill, self.dns.close, self.sink.stop]
        self.gateway.start()

    def send(self, domains, count, prefix):
        def work(client_number):
            with self.gateway.client() as client:
                for n in range(client_number, count, CLIENTS):
                    reply = client.transaction(
                        "alice@managed.example", f"r{n}@{domains[n % len(domains)]}",
                        message(body="x" * 76 * 50 + "\n",
                                extra=f"X-Load-Id: {prefix}-{n}\n"))
                    if reply.code != 250:
                        raise AssertionError(f"{reply}")
        threads = [threading.Thread(target=work, args=(n,)) for n in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def run(self, messages):
        """Messages per second from the first MAIL to the last delivery."""
        if self.bad_domains:
            self.send(self.bad_domains, 20 * len(self.bad_domains), "bad")
            time.sleep(1)
        self.sink.reset()
        began = time.monotonic()
        self.send([f"good{n}.example" for n in range(GOOD)], messages, "good")
        counts = self.sink.wait(messages, 120)
        took = time.monotonic() - began
        if counts["unique"] < messages:
            raise AssertionError(f"{counts['unique']} of {messages} arrived")
        return messages / took

    def close(self):
        for function in self.cleanups:
            function()


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("messages", type=int, nargs="?", default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    base = ROOT / "build" / "bench"
    base.mkdir(parents=True, exist_ok=True)
    rates = {False: [], True: []}
    for _ in range(args.rounds):
        for bad in rates:
            directory = pathlib.Path(tempfile.mkdtemp(prefix="destinations-", dir=base))
            bench = Bench(directory, bad)
            try:
                rates[bad].append(bench.run(args.messages))
            finally:
                bench.close()
                shutil.rmtree(directory, ignore_errors=True)
    alone, beside = (statistics.median(rates[bad]) for bad in rates)
    print(machine.describe(base))
    print(f"{args.messages} messages of 4 KiB for {GOOD} domains, median of {args.rounds}: "
          f"{alone:.0f}/s alone, {beside:.0f}/s beside {sum(BAD.values())} bad domains "
          f"({beside / alone:.2f})")


if __name__ == "__main__":
    main()
