# SPDX-License-Identifier: Apache-2.0
"""Routes that trust one key, or an authority of their own: they deliver to it and to nothing else, and
say why not. By MX the certificate must have the mail server's name. (E12)"""
import hashlib
import subprocess

from support.certs import Authority
from support.mail import message
from support.scenario import check, equal, eventually, run


def key_hash(certificate):
    """As an administrator finds it out, by openssl."""
    key = subprocess.run(["openssl", "x509", "-in", certificate, "-pubkey", "-noout"], check=True,
                         capture_output=True).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=key, check=True,
                         capture_output=True).stdout
    return hashlib.sha256(der).hexdigest()


def main(s):
    public, own = Authority(s.dir / "public"), Authority(s.dir / "own", "A partner's CA")
    world = s.world()
    servers = {
        "pinned": own.server("whatever.example", file="pinned", days=-1),
        "other-key": own.server("pinned.example", file="other-key"),
        "own-ca": own.server("127.0.0.1.example", file="own-ca"),
        "not-own-ca": public.server("127.0.0.1.example", file="not-own-ca"),
    }
    peers = {name: s.peer(tls=context) for name, context in servers.items()}
    pin = key_hash(own.dir / "pinned.pem")
    for name, authority in (("mx.right.example", public), ("mx.wrong.example", public)):
        shown = name if "right" in name else "mx.evil.example"
        peers[name] = world.host(name, tls=authority.server(shown, file=name))
        world.domain(name.removeprefix("mx."), name)

    lost = s.dir / "missing.pem"
    lost.write_bytes(own.certificate.read_bytes())

    def fixed(name, **trust):
        return {"domain": f"{name}.example", "next_hop": f"127.0.0.1:{peers[name].port}",
                "tls": "verify", **trust}
    by_name = {"tls_name": "127.0.0.1.example", "tls_ca_file": str(own.certificate)}
    config = world.config(
        tls={"ca_file": str(public.certificate)},
        route=[fixed("pinned", tls_pins=["0" * 64, f"sha256:{pin.upper()}"]),
               fixed("other-key", tls_pins=[pin]),
               fixed("own-ca", **by_name), fixed("not-own-ca", **by_name),
               {"domain": "no-file.example", "next_hop": f"127.0.0.1:{peers['own-ca'].port}",
                "tls": "verify", "tls_ca_file": str(lost)},
               {"domain": "*", "next_hop": "mx", "tls": "verify"}])
    config["delivery"]["retry"] = ["1h"]
    gateway = s.gateway(config=config, start=False)
    lost.rename(s.dir / "moved.pem")
    refused = gateway.check_config()
    check(refused.code != 0 and "missing.pem" in refused.out + refused.err, f"--check: {refused}")
    (s.dir / "moved.pem").rename(lost)
    gateway.start()
    lost.unlink()  # and gone before it is used
    domains = ["pinned", "other-key", "own-ca", "not-own-ca", "no-file", "right", "wrong"]
    for name in domains:
        check(gateway.send("alice@managed.example", f"bob@{name}.example", message()).is_(250), name)
    for name in ("pinned", "own-ca", "mx.right.example"):
        equal([m.tls for m in peers[name].wait(1)], [True], f"{name}: over TLS")

    def waiting():
        return {r["address"].partition("@")[2].removesuffix(".example"): r["note"]
                for item in gateway.queue() for r in item["recipients"] if r["attempts"]}
    eventually(lambda: set(waiting()) == {"other-key", "not-own-ca", "no-file", "wrong"},
               lambda: f"those with a bad certificate wait: {waiting()}")
    for name, words in (("other-key", key_hash(own.dir / "other-key.pem")),
                        ("not-own-ca", "certificate"), ("no-file", "missing.pem"),
                        ("wrong", "mx.wrong.example")):
        check(waiting()[name].startswith("451 4.7.5") and words in waiting()[name],
              f"{name}: the note does not say why: {waiting()[name]}")
    for name in ("other-key", "not-own-ca", "mx.wrong.example"):
        check(not any(c.upper().startswith(b"MAIL") for c in peers[name].commands),
              f"{name}: the envelope was told to the wrong server")

    # By command: kept, shown, and nonsense refused.
    gateway.must("route", "add", "cli.example", "mx:right.example", "--tls", "verify",
                 "--tls-pins", f"{pin},{'1' * 64}")
    routes = {r["domain"]: r for r in gateway.must("route", "list", "--json").objects("items")}
    equal(routes["cli.example"]["tls_pins"], [pin, "1" * 64], "pins by command")
    for arguments in (["--tls", "verify", "--tls-pins", "abc"], ["--tls", "none", "--tls-pins", pin],
                      ["--tls", "verify", "--tls-ca-file", "/missing.pem"]):
        refused = gateway.cli("route", "add", "cli.example", "mx", *arguments)
        equal(refused.code, 7, f"{arguments}: {refused}")
    check(gateway.send("alice@managed.example", "bob@cli.example", message()).is_(250), "cli")
    eventually(lambda: "tls_pins" in waiting().get("cli", ""), "the key of another server is refused")
    gateway.stop()


if __name__ == "__main__":
    run(main)
