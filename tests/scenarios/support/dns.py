# SPDX-License-Identifier: Apache-2.0
"""A DNS server on loopback whose answers a scenario writes, and a small world of domains with mail
servers of their own.

    world = s.world()
    mx1, mx2 = world.host("mx1.partner.example"), world.host("mx2.partner.example")
    world.domain("partner.example", mx1, mx2)           # preferences 10 and 20
    world.dns.behave("slow.example", Silence())
    gateway = s.gateway(config=world.config())"""
import socket
import struct
import sys
import threading

from .peer import ScriptedPeer

# Debian's package, also for a Python that is not Debian's own.
sys.path.append("/usr/lib/python3/dist-packages")
try:
    import dns.flags
    import dns.message
    import dns.rcode
    import dns.rdatatype
    import dns.rrset
except ImportError:  # Scenario.dns() then skips
    dns = None

TTL = 300
ALIASES = 12  # how far one answer follows; more than any client should


class Silence:
    """No answer."""

    def answer(self, server, query):
        return None


class Code:
    """Nothing but a code, such as "SERVFAIL"."""

    def __init__(self, code):
        self.code = code

    def answer(self, server, query):
        response = dns.message.make_response(query)
        response.set_rcode(dns.rcode.from_text(self.code))
        return response.to_wire()


class Octets:
    """What make(query) gives, after the two octets of the question's number."""

    def __init__(self, make):
        self.make = make

    def answer(self, server, query):
        return struct.pack("!H", query.id) + self.make(query)


class ByTcp:
    """Over UDP "cut off, ask by TCP"; over TCP the pieces that make(query) gives, the two octets of the
    length among them, with `interval` seconds between. The connection is then held."""

    def __init__(self, make, interval=0.0):
        self.make, self.interval = make, interval

    def answer(self, server, query):
        return struct.pack("!HH", query.id, 0x8380) + struct.pack("!HHHH", 1, 0, 0, 0) + \
            query.question[0].name.to_wire() + struct.pack("!HH", query.question[0].rdtype, 1)

    def stream(self, server, query, sock):
        for piece in self.make(query):
            sock.sendall(piece)
            if self.interval and server.closing.wait(self.interval):
                return


class DnsServer:
    def __init__(self):
        self._records = {}    # (name, type) -> [text]
        self._behaviour = {}  # name -> what to do instead
        self._ttl = {}
        self.questions = []   # (name, type)
        self.lock = threading.Lock()
        self.udp, self.tcp = self._sockets()
        self.port = self.udp.getsockname()[1]
        self.closing = threading.Event()
        for serve in (self._serve_udp, self._serve_tcp):
            threading.Thread(target=serve, daemon=True).start()

    @staticmethod
    def _sockets():
        """A port that is free for both."""
        for _ in range(50):
            tcp = socket.create_server(("127.0.0.1", 0), backlog=128)
            udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                udp.bind(tcp.getsockname())
                return udp, tcp
            except OSError:
                tcp.close()
                udp.close()
        raise OSError("no port is free for UDP and TCP")

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def add(self, name, kind, *texts, ttl=TTL):
        """Records as a zone file has them: add("a.example", "MX", "10 mx.a.example.")."""
        with self.lock:
            self._records.setdefault((name.lower(), kind), []).extend(texts)
            self._ttl[name.lower()] = ttl

    def remove(self, name):
        with self.lock:
            for key in [key for key in self._records if key[0] == name.lower()]:
                del self._records[key]

    def behave(self, name, behaviour):
        """For every question about the name; None: as the records say."""
        with self.lock:
            if behaviour is None:
                self._behaviour.pop(name.lower(), None)
            else:
                self._behaviour[name.lower()] = behaviour

    def asked(self, name, kind=None):
        with self.lock:
            return sum(1 for n, k in self.questions if n == name and kind in (None, k))

    def close(self):
        self.closing.set()
        for sock in (self.udp, self.tcp):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            sock.close()

    # --- the inside

    def _serve_udp(self):
        while not self.closing.is_set():
            try:
                octets, source = self.udp.recvfrom(65535)
            except OSError:
                return
            answer = self._answer(octets)
            if answer is None:
                continue
            if len(answer) > 1232:
                answer = answer[:2] + struct.pack("!H", 0x8600) + answer[4:6] + bytes(6) + \
                    self._question_of(octets)
            try:
                self.udp.sendto(answer, source)
            except OSError:
                pass

    @staticmethod
    def _question_of(octets):
        end = octets.index(b"\0", 12) + 5
        return octets[12:end]

    def _serve_tcp(self):
        while not self.closing.is_set():
            try:
                sock, _ = self.tcp.accept()
            except OSError:
                return
            threading.Thread(target=self._serve_connection, args=(sock,), daemon=True).start()

    def _serve_connection(self, sock):
        with sock, sock.makefile("rb") as stream:
            try:
                while len(head := stream.read(2)) == 2:
                    answer = self._answer(stream.read(struct.unpack("!H", head)[0]), sock)
                    if answer is not None:
                        sock.sendall(struct.pack("!H", len(answer)) + answer)
            except OSError:
                pass

    def _answer(self, octets, connection=None):
        """What is to be sent; None: nothing, or it was sent on the connection."""
        try:
            query = dns.message.from_wire(octets)
        except Exception:  # not a question: nobody is answered
            return None
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        with self.lock:
            self.questions.append((name, kind))
            behaviour = self._behaviour.get(name)
        if connection is not None and isinstance(behaviour, ByTcp):
            return behaviour.stream(self, query, connection)
        if behaviour is not None:
            return behaviour.answer(self, query)
        return self._by_records(query, name, kind).to_wire(max_size=65535)

    def _by_records(self, query, name, kind):
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        with self.lock:
            for _ in range(ALIASES):
                texts = self._records.get((name, kind))
                ttl = self._ttl.get(name, TTL)
                if texts:
                    response.answer.append(dns.rrset.from_text(name + ".", ttl, "IN", kind, *texts))
                    return response
                alias = self._records.get((name, "CNAME"))
                if not alias:
                    break
                response.answer.append(dns.rrset.from_text(name + ".", ttl, "IN", "CNAME", *alias))
                name = alias[0].rstrip(".").lower()
            known = any(n == name or n.endswith("." + name) for n, _ in self._records)
        response.authority.append(dns.rrset.from_text(
            "example.", 60, "IN", "SOA", "ns.example. root.example. 1 3600 600 86400 60"))
        if not known:
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response


class World:
    """Domains and their mail servers. The servers listen on addresses of 127.1.0.0/16 and share one
    port, as those of the world share port 25."""

    def __init__(self, scenario):
        self.scenario = scenario
        self.dns = scenario.dns()
        self._next = 0
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]

    def address(self):
        """One more address, on which nobody listens yet."""
        self._next += 1
        return f"127.1.{self._next >> 8}.{self._next & 255}"

    def host(self, name, script=None, **options):
        """A mail server of that name; None as script: it takes everything."""
        address = self.address()
        peer = ScriptedPeer(script, host=address, port=self.port, hostname=name, **options)
        self.scenario.cleanup(peer.close)
        self.dns.add(name, "A", address)
        return peer

    def dead_host(self, name):
        """A name whose address refuses connections."""
        self.dns.add(name, "A", self.address())
        return name

    def domain(self, name, *hosts):
        """MX records with preferences 10, 20 ... to hosts (peers or names)."""
        for n, host in enumerate(hosts, 1):
            host = host if isinstance(host, str) else host.hostname
            self.dns.add(name, "MX", f"{n * 10} {host}.")

    def config(self, home=None, **changes):
        """Of a gateway that delivers to this world, and mail for managed.example to `home`."""
        routes = [{"domain": "*", "next_hop": "mx", "tls": "none"}]
        if home is not None:
            routes.insert(0, {"domain": "managed.example", "next_hop": f"127.0.0.1:{home.port}",
                              "tls": "none"})
        return {"dns": {"servers": [self.dns.address], "timeout": "1s", "tries": 2,
                        "refused_networks": []},
                "delivery": {"mx_port": self.port, "retry": ["1s"], "jitter_percent": 0},
                "route": routes, **changes}
