# SPDX-License-Identifier: Apache-2.0
"""Other OpenPGP programs behind one interface, for tests of interoperability.

    found, missing = peers()
    for peer in found:
        key = peer.generate_key("v4-25519legacy", "Alice <alice@a.example>")
        message = peer.encrypt(b"hello", certs=[peer.extract_cert(key)], how=How(compression="zip"))

What a peer cannot do by its nature raises NotOffered; what it should have done and did not raises
PeerError. Profiles are named `v4-` or `v6-` and the kind of key, see `Peer.profiles`. A program
that is not installed is in `missing` with the reason: a test says so, it does not pass over it.

Run as a program, it prints which peers there are: `python3 openpgp_peers.py`.
"""
import base64
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading

import openpgp_packets

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# Names of this module, and of gpg and rnp where they differ.
CIPHERS = {"idea": 1, "3des": 2, "cast5": 3, "blowfish": 4, "aes128": 7, "aes192": 8, "aes256": 9,
           "twofish": 10, "camellia128": 11, "camellia192": 12, "camellia256": 13}
HASHES = {"md5": 1, "sha1": 2, "ripemd160": 3, "sha256": 8, "sha384": 9, "sha512": 10, "sha224": 11,
          "sha3-256": 12, "sha3-512": 14}


class NotOffered(Exception):
    """The peer has no way to do this."""


class PeerError(Exception):
    """The peer failed at what it offers."""


class NoValidSignature(PeerError):
    """The peer found no valid signature of the given certificates."""


@dataclasses.dataclass(frozen=True)
class How:
    """What to choose in place of the peer's own choice; None or False leaves it to the peer."""
    armor: bool = True
    text: bool = False               # sign or encrypt as text
    hash: str | None = None          # of HASHES
    cipher: str | None = None        # of CIPHERS
    container: str | None = None     # seipd1, seipd2, sed, aead20
    aead: str | None = None          # eax, ocb, gcm
    chunk: int | None = None         # AEAD chunks of 2^(chunk + 6) octets
    compression: str | None = None   # none, zip, zlib, bzip2
    s2k: str | None = None           # simple, salted, iterated, argon2
    hidden: bool = False             # key id 0 in place of the recipients' key ids
    partial: bool = False            # packets in partial lengths

    def only(self, peer, *fields):
        """Raises NotOffered when anything but `fields` (and armor) is chosen."""
        for field in dataclasses.fields(self):
            if field.name not in fields and field.name != "armor" \
                    and getattr(self, field.name) not in (None, False):
                raise NotOffered(f"{peer.name} has no choice of {field.name}")


@dataclasses.dataclass(frozen=True)
class SecretKey:
    """A transferable secret key, and the password it is locked with."""
    data: bytes
    password: str | None = None


@dataclasses.dataclass(frozen=True)
class Signer:
    """Who made a valid signature; fingerprints in lower case, the subkey's where one signed."""
    key: str
    primary: str


@dataclasses.dataclass(frozen=True)
class Opened:
    """What came out of a message."""
    data: bytes
    signers: tuple = ()
    session_key: str | None = None   # "9:00AABB…", the cipher's number and the key


class Peer:
    """One program. Work is done in a folder of its own, which `close` removes."""
    name = "?"
    program = "?"
    profiles: tuple = ()             # generate_key takes these
    trailing_blanks = True           # cleartext signatures leave blanks at line ends out

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="opgp."))
        self.environment = dict(os.environ, HOME=str(self.folder), LC_ALL="C.UTF-8", TZ="UTC")
        self.version = self.find_version()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def find_version(self):
        raise NotImplementedError

    def run(self, command, data=b"", fine=(0,), timeout=120):
        """Runs a program; gives its output, standard error and exit code."""
        try:
            done = subprocess.run([str(word) for word in command], input=data, capture_output=True,
                                  env=self.environment, cwd=self.folder, timeout=timeout,
                                  check=False)
        except subprocess.TimeoutExpired as error:
            raise PeerError(f"{self.name}: {command[1:3]} took more than {timeout} s") from error
        if fine is not None and done.returncode not in fine:
            raise PeerError(f"{self.name} {' '.join(str(word) for word in command[1:])}: exit "
                            f"{done.returncode}: {done.stderr.decode(errors='replace')[-600:]}")
        return done

    def file(self, data, ending="asc"):
        """A file of this content, made once."""
        if isinstance(data, str):
            data = data.encode()
        path = self.folder / f"{hashlib.sha256(data).hexdigest()[:24]}.{ending}"
        if not path.exists():
            path.write_bytes(data)
        return path

    def fresh(self):
        """The name of a file that is not there yet."""
        handle, name = tempfile.mkstemp(dir=self.folder)
        os.close(handle)
        os.unlink(name)
        return pathlib.Path(name)

    # What every peer may offer. Keys are SecretKey, certificates and messages bytes.
    def generate_key(self, profile, user_id, password=None):
        raise NotOffered(f"{self.name} generates no keys")

    def extract_cert(self, key):
        raise NotOffered(f"{self.name} extracts no certificates")

    def sign(self, data, keys, how=How()):
        """A detached signature."""
        raise NotOffered(f"{self.name} makes no detached signatures")

    def verify(self, signature, data, certs):
        """The signers of a detached signature; NoValidSignature when there is none."""
        raise NotOffered(f"{self.name} verifies no detached signatures")

    def inline_sign(self, data, keys, how=How()):
        raise NotOffered(f"{self.name} makes no inline signatures")

    def clearsign(self, data, keys, how=How()):
        raise NotOffered(f"{self.name} makes no cleartext signatures")

    def inline_verify(self, message, certs):
        """What is in an inline or cleartext signed message; NoValidSignature when none is."""
        raise NotOffered(f"{self.name} verifies no inline signatures")

    def encrypt(self, data, certs=(), passwords=(), signers=(), how=How()):
        raise NotOffered(f"{self.name} does not encrypt")

    def decrypt(self, message, keys=(), passwords=(), certs=(), session_key=None):
        """Opens a message; signatures that `certs` do not prove are left out of the answer."""
        raise NotOffered(f"{self.name} does not decrypt")

    def profile(self, name):
        if name not in self.profiles:
            raise NotOffered(f"{self.name} makes no {name} keys")
        return name


class Sop(Peer):
    """A program with the command line of draft-dkg-openpgp-stateless-cli."""
    command: list = []
    commands: frozenset = frozenset(("inline-sign", "inline-verify"))
    verifications_option = "--verifications-out"
    key_passwords = True

    def find_version(self):
        return self.run([*self.command, "version"]).stdout.decode().split("\n")[0].strip()

    def call(self, words, data):
        return self.run([*self.command, *words], data, fine=None)

    def sop(self, name, *words, data=b"", fine=(0,)):
        done = self.call([name, *words], data)
        if done.returncode in (37, 69, 89):
            raise NotOffered(f"{self.name} {name}: {done.stderr.decode(errors='replace')[-200:]}")
        if done.returncode not in fine:
            raise PeerError(f"{self.name} {name} {' '.join(str(word) for word in words)}: exit "
                            f"{done.returncode}: {done.stderr.decode(errors='replace')[-600:]}")
        return done

    def choices(self, how, *fields):
        """Options for what `how` chooses; only OpenPGP.js has any."""
        how.only(self, "text", *fields)
        return []

    def key_options(self, keys):
        """Options with passwords, before the files of keys."""
        options = []
        for key in keys:
            if key.password is not None:
                if not self.key_passwords:
                    raise NotOffered(f"{self.name} opens no locked keys")
                options.append(f"--with-key-password={self.file(key.password, 'password')}")
        return options

    def armor_option(self, how):
        return [] if how.armor else ["--no-armor"]

    def generate_key(self, profile, user_id, password=None):
        self.profile(profile)
        words = []
        if password is not None:
            if not self.key_passwords:
                raise NotOffered(f"{self.name} locks no keys")
            words.append(f"--with-key-password={self.file(password, 'password')}")
        return SecretKey(self.sop("generate-key", *words, user_id).stdout, password)

    def extract_cert(self, key):
        return self.sop("extract-cert", data=key.data).stdout

    def _as(self, how):
        return ["--as=text" if how.text else "--as=binary"]

    def sign(self, data, keys, how=How()):
        words = self.choices(how, *self.sign_choices) + self._as(how) + self.armor_option(how)
        return self.sop("sign", *words, *self.key_options(keys),
                        *(self.file(key.data) for key in keys), data=data).stdout

    sign_choices: tuple = ()

    def verify(self, signature, data, certs):
        done = self.sop("verify", self.file(signature, "sig"), *(self.file(one) for one in certs),
                        data=data, fine=(0, 3))
        return self.signers(done.stdout)

    def signers(self, text):
        out = []
        for line in text.decode().splitlines():
            words = line.split()
            if len(words) >= 3:
                out.append(Signer(words[1].lower(), words[2].lower()))
        if not out:
            raise NoValidSignature(self.name)
        return tuple(out)

    def _inline(self, data, keys, how, words):
        if "inline-sign" not in self.commands:
            raise NotOffered(f"{self.name} makes no inline signatures")
        return self.sop("inline-sign", *words, *self.choices(how, *self.sign_choices),
                        *self.key_options(keys), *(self.file(key.data) for key in keys),
                        data=data).stdout

    def inline_sign(self, data, keys, how=How()):
        return self._inline(data, keys, how, self._as(how) + self.armor_option(how))

    def clearsign(self, data, keys, how=How()):
        return self._inline(data, keys, how, [self.clearsigned])

    clearsigned = "--as=clearsigned"

    def inline_verify(self, message, certs):
        if "inline-verify" not in self.commands:
            raise NotOffered(f"{self.name} verifies no inline signatures")
        out = self.fresh()
        done = self.sop("inline-verify", f"--verifications-out={out}",
                        *(self.file(one) for one in certs), data=message, fine=(0, 3))
        return Opened(done.stdout, self.signers(out.read_bytes() if out.exists() else b""))

    def encrypt(self, data, certs=(), passwords=(), signers=(), how=How()):
        words = self.choices(how, *self.encrypt_choices) + self._as(how) + self.armor_option(how)
        words += [f"--with-password={self.file(one, 'password')}" for one in passwords]
        words += [f"--sign-with={self.file(key.data)}" for key in signers]
        return self.sop("encrypt", *words, *self.key_options(signers),
                        *(self.file(one) for one in certs), data=data).stdout

    encrypt_choices: tuple = ()

    def decrypt(self, message, keys=(), passwords=(), certs=(), session_key=None):
        out, key_out = self.fresh(), self.fresh()
        words = [f"--session-key-out={key_out}"]
        words += [f"--verify-with={self.file(one)}" for one in certs]
        if certs:
            words.append(f"{self.verifications_option}={out}")
        words += [f"--with-password={self.file(one, 'password')}" for one in passwords]
        if session_key:
            words.append(f"--with-session-key={self.file(session_key, 'session')}")
        done = self.sop("decrypt", *words, *self.key_options(keys),
                        *(self.file(key.data) for key in keys), data=message)
        signers = ()
        if certs and out.exists() and out.read_bytes().strip():
            signers = self.signers(out.read_bytes())
        found = key_out.read_text().strip().upper() if key_out.exists() else None
        return Opened(done.stdout, signers, found or session_key)


class Sqop(Sop):
    name = program = "sqop"
    command = ["sqop"]
    profiles = ("v4-25519legacy",)
    clearsigned = "--as=clearsigned"


class Gosop(Sop):
    name = program = "gosop"
    command = ["gosop"]
    profiles = ("v4-25519legacy",)
    commands = frozenset()
    verifications_option = "--verify-out"
    key_passwords = False

    def encrypt(self, data, certs=(), passwords=(), signers=(), how=How()):
        if certs and passwords:
            raise NotOffered("gosop leaves the certificates out when a password is given")
        return super().encrypt(data, certs, passwords, signers, how)


class PgpainlessCli(Sop):
    name = program = "pgpainless-cli"
    command = ["pgpainless-cli"]
    profiles = ("v4-25519legacy",)
    trailing_blanks = False          # 1.3.16 signs them, against RFC 9580, 7.2

    def __init__(self):
        # A start of Java is most of each call.
        os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        super().__init__()


class OpenPgpJs(Sop):
    """OpenPGP.js with openpgpjs/sop.mjs, installed below build/ from its lock file."""
    name = "openpgpjs"
    program = "node"
    profiles = ("v6-25519", "v6-448", "v6-rsa3072", "v6-p256", "v6-p384", "v6-p521",
                "v6-brainpool256", "v4-25519", "v4-448", "v4-25519legacy", "v4-25519legacy-aead",
                "v4-rsa3072", "v4-p256", "v4-p384", "v4-p521", "v4-brainpool256",
                "v4-brainpool384", "v4-brainpool512")
    sign_choices = ("hash",)
    encrypt_choices = ("hash", "cipher", "container", "aead", "chunk", "compression", "s2k",
                       "hidden")

    def __init__(self):
        self.server = None
        os.environ["OPENPGPJS_HOME"] = str(self.install())
        super().__init__()

    def find_version(self):
        return self.sop("version").stdout.decode().strip()

    def call(self, words, data):
        """All calls go to one process: to start one costs more than most of them."""
        if self.server is None:
            self.server = subprocess.Popen(  # pylint: disable=consider-using-with
                ["node", HERE / "openpgpjs" / "sop.mjs", "serve"], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, env=self.environment, cwd=self.folder)
        request = {"words": [str(word) for word in words],
                   "input": base64.b64encode(data).decode()}
        watch = threading.Timer(120, self.server.kill)
        watch.start()
        try:
            self.server.stdin.write(json.dumps(request).encode() + b"\n")
            self.server.stdin.flush()
            line = self.server.stdout.readline()
        finally:
            watch.cancel()
        if not line:
            raise PeerError(f"openpgpjs ended at {words[0]}")
        answer = json.loads(line)
        return subprocess.CompletedProcess(words, answer["code"],
                                           base64.b64decode(answer["output"]),
                                           answer["error"].encode())

    def close(self):
        if self.server is not None:
            self.server.stdin.close()
            self.server.stdout.close()
            self.server.wait(timeout=10)
        super().close()

    @staticmethod
    def install():
        home = ROOT / "build" / "tests" / "openpgpjs"
        home.mkdir(parents=True, exist_ok=True)
        lock = (HERE / "openpgpjs" / "package-lock.json").read_bytes()
        stamp = home / "installed-lock.json"
        if not stamp.exists() or stamp.read_bytes() != lock:
            if not shutil.which("npm"):
                raise PeerError("npm is not installed")
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HERE / "openpgpjs" / name, home / name)
            done = subprocess.run(["npm", "ci", "--omit=dev", "--omit=optional", "--no-audit",
                                   "--no-fund"], cwd=home, capture_output=True, text=True,
                                  timeout=300, check=False)
            if done.returncode != 0:
                raise PeerError(f"npm ci: {done.stderr.strip()[-300:]}")
            stamp.write_bytes(lock)
        return home

    def generate_key(self, profile, user_id, password=None, s2k=None):
        """`s2k`: how a password locks the key, iterated or argon2."""
        self.profile(profile)
        words = [f"--profile={profile}"] + ([f"--s2k={s2k}"] if s2k else [])
        if password is not None:
            words.append(f"--with-key-password={self.file(password, 'password')}")
        return SecretKey(self.sop("generate-key", *words, user_id).stdout, password)

    def choices(self, how, *fields):
        how.only(self, "text", *fields)
        words = []
        if how.hash:
            words.append("--hash=" + {"ripemd160": "ripemd"}.get(how.hash, how.hash.replace(
                "sha3-", "sha3_")))
        if how.cipher:
            words.append("--cipher=" + {"3des": "tripledes"}.get(how.cipher, how.cipher))
        if how.container:
            if how.container not in ("seipd1", "seipd2"):
                raise NotOffered(f"openpgpjs writes no {how.container}")
            words.append(f"--seipd={how.container[-1]}")
        if how.s2k in ("simple", "salted"):
            raise NotOffered(f"openpgpjs writes no {how.s2k} S2K")
        words += [f"--{name}={getattr(how, name)}"
                  for name in ("aead", "chunk", "compression", "s2k")
                  if getattr(how, name) is not None]
        if how.hidden:
            words.append("--hidden")
        return words

    def revoke_key(self, key, reason=0):
        """The certificate with a revocation of this reason code."""
        return self.sop("revoke-key", f"--reason={reason}", *self.key_options([key]),
                        data=key.data).stdout


class Gpg(Peer):
    """GnuPG in a home of its own."""
    name = program = "gpg"
    KINDS = {
        "v4-25519legacy": ("EDDSA", "Ed25519", "ECDH", "Curve25519"),
        "v4-rsa3072": ("RSA", 3072, "RSA", 3072),
        "v4-dsa-elgamal": ("DSA", 2048, "ELG", 2048),
        **{f"v4-{name}": ("ECDSA", curve, "ECDH", curve) for name, curve in {
            "p256": "nistp256", "p384": "nistp384", "p521": "nistp521",
            "brainpool256": "brainpoolP256r1", "brainpool384": "brainpoolP384r1",
            "brainpool512": "brainpoolP512r1", "secp256k1": "secp256k1"}.items()},
    }
    profiles = tuple(KINDS)
    S2K = {"simple": 0, "salted": 1, "iterated": 3}

    def __init__(self):
        super().__init__()
        self.imported = set()

    def find_version(self):
        self.home = self.folder / "gnupg"
        self.home.mkdir(mode=0o700)
        # The least count: it is no secret that is guarded here, and gpg measures otherwise.
        (self.home / "gpg-agent.conf").write_text("allow-loopback-pinentry\ns2k-count 65536\n")
        return self.gpg("--version").stdout.decode().split("\n")[0]

    def close(self):
        subprocess.run(["gpgconf", "--homedir", str(self.home), "--kill", "all"],
                       capture_output=True, check=False)
        super().close()

    def gpg(self, *words, data=b"", fine=(0,)):
        return self.run(["gpg", "--homedir", self.home, "--batch", "--yes", "--no-tty", "--quiet",
                         "--trust-model", "always", "--no-auto-key-locate",
                         "--no-auto-check-trustdb", *words], data, fine)

    def bring(self, data):
        """Imports keys once; gives the fingerprints of the primary keys in them."""
        mark = hashlib.sha256(data).digest()
        if mark not in self.imported:
            done = self.gpg("--import", data=data, fine=None)
            if done.returncode not in (0, 2):
                raise PeerError(f"gpg --import: {done.stderr.decode(errors='replace')[-400:]}")
            self.imported.add(mark)
        return [key.fingerprint for key in openpgp_packets.keys(data) if not key.subkey]

    @staticmethod
    def opening(keys):
        passwords = {key.password for key in keys if key.password is not None}
        if len(passwords) > 1:
            raise NotOffered("gpg takes one password a call")
        return ["--pinentry-mode", "loopback", "--passphrase", passwords.pop() if passwords else ""]

    def generate_key(self, profile, user_id, password=None):
        kind, size, sub_kind, sub_size = self.KINDS[self.profile(profile)]

        def size_line(prefix, one):
            return f"{prefix}-Length: {one}" if isinstance(one, int) else f"{prefix}-Curve: {one}"
        name, _, address = user_id.rstrip(">").rpartition("<")
        lines = [f"Key-Type: {kind}", size_line("Key", size), "Key-Usage: sign",
                 f"Subkey-Type: {sub_kind}", size_line("Subkey", sub_size),
                 "Subkey-Usage: encrypt", f"Name-Email: {address}", "Expire-Date: 0"]
        if name.strip():
            lines.append(f"Name-Real: {name.strip()}")
        lines.append(f"Passphrase: {password}" if password else "%no-protection")
        script = "\n".join([*lines, "%commit", ""]).encode()
        done = self.gpg("--status-fd", "1", "--gen-key", data=script)
        fingerprint = re.search(rb"KEY_CREATED \S+ ([0-9A-F]+)", done.stdout)[1].decode()
        exported = self.gpg("--armor", *self.opening([SecretKey(b"", password)]),
                            "--export-secret-keys", fingerprint).stdout
        return SecretKey(exported, password)

    def extract_cert(self, key):
        return self.gpg("--armor", "--export", *self.bring(key.data)).stdout

    def revoke_key(self, key, reason=0):
        """The certificate with a revocation of this reason code."""
        fingerprint = self.bring(key.data)[0]
        words = ["gpg", "--homedir", self.home, "--no-tty", "--yes", "--command-fd", "0",
                 "--pinentry-mode", "loopback", "--passphrase", key.password or "",
                 "--gen-revoke", fingerprint]
        revocation = self.run(words, f"y\n{reason}\ntest\n\ny\n".encode()).stdout
        # A key revocation stands straight after the primary key (RFC 9580, 10.1).
        first, *others = openpgp_packets.packets(self.extract_cert(key))
        return openpgp_packets.armor(
            first.raw + openpgp_packets.dearmor(revocation) + b"".join(one.raw for one in others),
            "PUBLIC KEY BLOCK")

    def signing(self, keys, how):
        words = self.opening(keys) + (["--armor"] if how.armor else ["--no-armor"])
        for key in keys:
            words += ["--local-user", self.bring(key.data)[0]]
        if how.text:
            words.append("--textmode")
        if how.hash:
            if how.hash.startswith("sha3"):
                raise NotOffered("gpg 2.2 has no SHA-3")
            words += ["--digest-algo", how.hash]
        return words

    def sign(self, data, keys, how=How()):
        how.only(self, "text", "hash")
        return self.gpg(*self.signing(keys, how), "--detach-sign", data=data).stdout

    def clearsign(self, data, keys, how=How()):
        how.only(self, "hash")
        return self.gpg(*self.signing(keys, how), "--clear-sign", data=data).stdout

    def inline_sign(self, data, keys, how=How()):
        how.only(self, "text", "hash", "compression", "partial")
        words = self.signing(keys, how) + self.compressing(how)
        return self._fed(words + ["--sign"], data, how)

    @staticmethod
    def compressing(how):
        return ["--compress-algo", how.compression] if how.compression else []

    def _fed(self, words, data, how):
        """From a pipe gpg does not know the length and writes partial lengths."""
        if how.partial:
            return self.gpg(*words, data=data).stdout
        out = self.fresh()
        self.gpg("--output", out, *words, self.file(data, "plain"))
        return out.read_bytes()

    def _signers(self, status, certs):
        mine = {one for cert in certs for one in self.bring(cert)}
        out = []
        for line in status.splitlines():
            words = line.split()
            if words[:2] == ["[GNUPG:]", "VALIDSIG"]:
                one = Signer(words[2].lower(), words[-1].lower())
                if one.primary in mine:
                    out.append(one)
        return tuple(out)

    def verify(self, signature, data, certs):
        for cert in certs:
            self.bring(cert)
        done = self.gpg("--status-fd", "1", "--verify", self.file(signature, "sig"),
                        self.file(data, "plain"), fine=None)
        signers = self._signers(done.stdout.decode(errors="replace"), certs)
        if not signers:
            raise NoValidSignature(done.stderr.decode(errors="replace")[-400:])
        return signers

    def inline_verify(self, message, certs):
        opened = self._open(message, certs, [])
        if not opened.signers:
            raise NoValidSignature(self.name)
        return opened

    def _open(self, message, certs, words):
        for cert in certs:
            self.bring(cert)
        out, status = self.fresh(), self.fresh()
        done = self.gpg("--status-file", status, "--show-session-key", *words, "--output", out,
                        "--decrypt", data=message, fine=None)
        lines = status.read_text(errors="replace") if status.exists() else ""
        if not out.exists() or re.search(r"\] (DECRYPTION_FAILED|NODATA|BADMDC)", lines):
            raise PeerError(f"gpg --decrypt: {done.stderr.decode(errors='replace')[-400:]}")
        if "DECRYPTION_INFO" in lines and "DECRYPTION_OKAY" not in lines:
            raise PeerError(f"gpg --decrypt: {done.stderr.decode(errors='replace')[-400:]}")
        key = re.search(r"SESSION_KEY (\S+)", lines)
        # With AEAD the mode stands behind the cipher: 9.2:KEY.
        found = key and re.sub(r"\.\d+:", ":", key[1].upper())
        return Opened(out.read_bytes(), self._signers(lines, certs), found)

    def encrypt(self, data, certs=(), passwords=(), signers=(), how=How()):
        how.only(self, "text", "hash", "cipher", "container", "compression", "s2k", "hidden",
                 "partial")
        if len(passwords) > 1:
            raise NotOffered("gpg encrypts to one password")
        if how.container not in (None, "seipd1", "sed"):
            raise NotOffered(f"gpg 2.2 writes no {how.container}")
        if how.s2k and how.s2k not in self.S2K:
            raise NotOffered(f"gpg has no {how.s2k} S2K")
        words = self.signing(signers, how) if signers else \
            (["--armor"] if how.armor else ["--no-armor"]) + (["--textmode"] if how.text else [])
        if passwords:
            if signers and any(key.password for key in signers):
                raise NotOffered("gpg takes one password a call")
            words = [one for one in words if one not in ("--passphrase", "", "loopback",
                                                         "--pinentry-mode")]
            words += ["--pinentry-mode", "loopback", "--passphrase", passwords[0], "--symmetric",
                      "--s2k-count", "65536"]
        if how.container == "sed":
            words = ["--rfc2440", *words]
        if how.cipher:
            words += ["--cipher-algo", how.cipher.replace("aes128", "aes")]
        if how.s2k:
            words += ["--s2k-mode", self.S2K[how.s2k]]
        words += self.compressing(how)
        if how.hidden:
            words.append("--throw-keyids")
        for cert in certs:
            words += ["--recipient-file", self.file(cert)]
        if signers:
            words.append("--sign")
        if certs:
            words.append("--encrypt")
        return self._fed(words, data, how)

    def decrypt(self, message, keys=(), passwords=(), certs=(), session_key=None):
        for key in keys:
            self.bring(key.data)
        if session_key:
            words = ["--override-session-key", session_key]
        elif passwords:
            words = ["--pinentry-mode", "loopback", "--passphrase", passwords[0]]
        else:
            words = self.opening(keys)
        return self._open(message, certs, words)


class Rnp(Peer):
    """RNP, with key files in place of a key ring."""
    name = program = "rnp"
    KINDS = {"v4-rsa3072": ("1", "3072"), "v4-25519legacy": ("22",), "v4-p256": ("19", "1"),
             "v4-p384": ("19", "2"), "v4-p521": ("19", "3"), "v4-brainpool256": ("19", "4"),
             "v4-brainpool384": ("19", "5"), "v4-brainpool512": ("19", "6"),
             "v4-secp256k1": ("19", "7")}
    profiles = tuple(KINDS)
    CIPHER_NAMES = {"3des": "TRIPLEDES"}

    def find_version(self):
        (self.folder / ".rnp").mkdir(mode=0o700)
        return self.run(["rnp", "--version"]).stdout.decode().split("\n")[0].strip()

    def rnp(self, *words, data=b"", fine=(0,)):
        return self.run(["rnp", "--notty", *words, "--output", "-", "-"], data, fine)

    def ring(self, *parts):
        """A file of several keys, binary, since RNP reads one armored block only."""
        return self.file(b"".join(openpgp_packets.dearmor(part) for part in parts), "pgp")

    @staticmethod
    def passwords(*found):
        found = [one for one in found if one is not None]
        return [word for one in found for word in ("--password", one)]

    def generate_key(self, profile, user_id, password=None):
        answers = self.KINDS[self.profile(profile)]
        home = self.fresh()
        home.mkdir(mode=0o700)
        done = self.run(["rnpkeys", "--homedir", home, "--notty", "--generate-key", "--expert",
                         "--expiration", "0", "--userid", user_id, "--password", password or ""],
                        "".join(f"{one}\n" for one in answers).encode())
        fingerprint = re.search(rb"^\s+([0-9a-f]{40})$", done.stdout, re.M)
        if not fingerprint:
            raise PeerError(f"rnpkeys: {done.stderr.decode(errors='replace')[-400:]}")
        exported = self.run(["rnpkeys", "--homedir", home, "--export-key", "--secret",
                             fingerprint[1].decode()]).stdout
        shutil.rmtree(home)
        return SecretKey(exported, password)

    def extract_cert(self, key):
        home = self.fresh()
        home.mkdir(mode=0o700)
        self.run(["rnpkeys", "--homedir", home, "--import-keys", self.file(key.data)])
        exported = self.run(["rnpkeys", "--homedir", home, "--export-key",
                             openpgp_packets.keys(key.data)[0].fingerprint]).stdout
        shutil.rmtree(home)
        return exported

    def signing(self, keys, how):
        words = ["--armor"] if how.armor else []
        for key in keys:
            words += ["-u", openpgp_packets.keys(key.data)[0].fingerprint]
            words += self.passwords(key.password)
        if how.hash:
            words += ["--hash", how.hash.upper()]
        return words

    def _sign(self, data, keys, how, words):
        return self.rnp("--keyfile", self.ring(*(key.data for key in keys)), *words,
                        *self.signing(keys, how), data=data).stdout

    def sign(self, data, keys, how=How()):
        how.only(self, "hash")
        return self._sign(data, keys, how, ["--sign", "--detach"])

    def clearsign(self, data, keys, how=How()):
        how.only(self, "hash")
        return self._sign(data, keys, dataclasses.replace(how, armor=False), ["--clearsign"])

    def inline_sign(self, data, keys, how=How()):
        how.only(self, "hash", "compression")
        return self._sign(data, keys, how, ["--sign", *self.compressing(how)])

    @staticmethod
    def compressing(how):
        if how.compression is None:
            return []
        if how.compression == "none":
            return ["-z", "0"]
        return ["-z", "6", "--" + how.compression.replace("bzip2", "bzip")]

    def _signers(self, text, certs):
        keys = {key.fingerprint[-16:]: (key, chain[0]) for cert in certs
                for chain in [openpgp_packets.keys(cert)] for key in chain}
        out = []
        for key_id in re.findall(r"Good signature made [^\n]*\nusing \S+ key ([0-9a-f]{16})", text):
            if key_id in keys:
                key, primary = keys[key_id]
                out.append(Signer(key.fingerprint, primary.fingerprint))
        return tuple(out)

    def verify(self, signature, data, certs):
        done = self.run(["rnp", "--notty", "--keyfile", self.ring(*certs), "--verify", "--source",
                         self.file(data, "plain"), self.file(signature, "sig")], fine=None)
        signers = self._signers(done.stderr.decode(errors="replace"), certs)
        if not signers:
            raise NoValidSignature(done.stderr.decode(errors="replace")[-400:])
        return signers

    def inline_verify(self, message, certs):
        done = self.rnp("--keyfile", self.ring(*certs), "--decrypt", data=message, fine=None)
        signers = self._signers(done.stderr.decode(errors="replace"), certs)
        if not signers:
            raise NoValidSignature(done.stderr.decode(errors="replace")[-400:])
        return Opened(done.stdout, signers)

    def encrypt(self, data, certs=(), passwords=(), signers=(), how=How()):
        how.only(self, "hash", "cipher", "container", "aead", "chunk", "compression")
        if how.container not in (None, "seipd1", "aead20"):
            raise NotOffered(f"rnp 0.16 writes no {how.container}")
        if how.aead and how.container != "aead20":
            raise NotOffered("rnp 0.16 has AEAD in packet 20 only")
        words = self.compressing(how)
        if how.cipher:
            words += ["--cipher", self.CIPHER_NAMES.get(how.cipher, how.cipher.upper())]
        if how.container == "aead20":
            if how.aead == "gcm":
                raise NotOffered("rnp has no GCM")
            words.append(f"--aead={(how.aead or 'ocb').upper()}")
            if how.chunk is not None:
                words += ["--aead-chunk-bits", str(how.chunk)]
        for cert in certs:
            words += ["-r", openpgp_packets.keys(cert)[0].fingerprint]
        if certs:
            words.append("--encrypt")
        if signers:
            words.append("--sign")
        if passwords:
            words += ["--symmetric", "--passwords", str(len(passwords)),
                      *self.passwords(*passwords)]
        ring = [*(key.data for key in signers), *certs]
        if ring:
            words += ["--keyfile", self.ring(*ring)]
        return self.rnp(*words, *self.signing(signers, how), data=data).stdout

    def decrypt(self, message, keys=(), passwords=(), certs=(), session_key=None):
        if session_key:
            raise NotOffered("rnp takes no session key")
        words = self.passwords(*passwords, *(key.password for key in keys))
        ring = [*(key.data for key in keys), *certs]
        if ring:
            words += ["--keyfile", self.ring(*ring)]
        # It prints questions on its output, so the content goes to a file.
        out = self.fresh()
        done = self.run(["rnp", "--notty", "--decrypt", *words, "--output", out, "-"], message,
                        fine=None)
        error = done.stderr.decode(errors="replace")
        if not out.exists() or (done.returncode != 0 and "verification failure" not in error):
            raise PeerError(f"rnp --decrypt: {error[-400:]}")
        return Opened(out.read_bytes(), self._signers(error, certs))


class Sq(Peer):
    """Sequoia's sq: what sqop leaves out (compression, notations, other keys)."""
    name = program = "sq"
    profiles = ("v4-25519legacy", "v4-rsa3072")

    def find_version(self):
        return self.run(["sq", "--version"]).stdout.decode().split("\n")[0].strip()

    def generate_key(self, profile, user_id, password=None):
        self.profile(profile)
        if password is not None:
            raise NotOffered("sq asks a terminal for passwords")
        out = self.fresh()
        self.run(["sq", "key", "generate", "--cipher-suite",
                  "rsa3k" if profile == "v4-rsa3072" else "cv25519", "--expires", "never",
                  "--userid", user_id, "--export", out])
        return SecretKey(out.read_bytes())

    def extract_cert(self, key):
        return self.run(["sq", "key", "extract-cert", self.file(key.data)]).stdout

    def keys(self, keys):
        if any(key.password is not None for key in keys):
            raise NotOffered("sq asks a terminal for passwords")
        return [word for key in keys for word in ("--signer-key", self.file(key.data))]

    def _sign(self, data, keys, how, words, notations=()):
        how.only(self)
        for name, value in notations:
            words += ["--notation", name, value]
        return self.run(["sq", "sign", *words, *([] if how.armor else ["--binary"]),
                         *self.keys(keys)], data).stdout

    def sign(self, data, keys, how=How(), notations=()):
        """A notation whose name begins with `!` is critical."""
        return self._sign(data, keys, how, ["--detached"], notations)

    def inline_sign(self, data, keys, how=How(), notations=()):
        return self._sign(data, keys, how, [], notations)

    def clearsign(self, data, keys, how=How()):
        return self._sign(data, keys, how, ["--cleartext-signature"])

    def encrypt(self, data, certs=(), passwords=(), signers=(), how=How()):
        how.only(self, "compression")
        if passwords:
            raise NotOffered("sq asks a terminal for passwords")
        words = ["--compression", how.compression] if how.compression else []
        words += [word for one in certs for word in ("--recipient-cert", self.file(one))]
        return self.run(["sq", "encrypt", *words, *([] if how.armor else ["--binary"]),
                         *self.keys(signers)], data).stdout


ALL = (Gpg, Sqop, Sq, Gosop, Rnp, PgpainlessCli, OpenPgpJs)


def peers(names=None):
    """The peers that are here, ready, and {name: why} of those that are not.

    `names` picks some; a name that nobody has is an error."""
    found, missing = [], {}
    for kind in ALL:
        if names is not None and kind.name not in names:
            continue
        if not shutil.which(kind.program):
            missing[kind.name] = f"{kind.program} is not installed"
            continue
        try:
            found.append(kind())
        except (PeerError, OSError, subprocess.SubprocessError) as error:
            missing[kind.name] = str(error)
    unknown = set(names or ()) - {kind.name for kind in ALL}
    if unknown:
        raise ValueError(f"no such peer: {', '.join(sorted(unknown))}")
    return found, missing


def main():
    found, missing = peers()
    for peer in found:
        print(f"{peer.name}: {peer.version}; keys: {' '.join(peer.profiles)}")
        peer.close()
    for name, why in missing.items():
        print(f"{name}: MISSING, {why}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
