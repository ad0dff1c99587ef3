# SPDX-License-Identifier: Apache-2.0
"""A certificate authority of our own, made by openssl for one scenario."""
import pathlib
import ssl
import subprocess


def _openssl(*args, stdin=None):
    subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True, input=stdin)


class Authority:
    def __init__(self, directory, name="Scenario CA"):
        self.dir = pathlib.Path(directory)
        self.dir.mkdir(parents=True, exist_ok=True)
        self.key, self.certificate = self.dir / "ca.key", self.dir / "ca.pem"
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-keyout", self.key, "-out", self.certificate, "-days", "30",
                 "-subj", f"/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE")

    def issue(self, name, days=20, file=None):
        """(certificate, key) files for a DNS name; days < 0: expired long ago."""
        stem = self.dir / (file or name)
        key, request, cert = (stem.with_suffix(s) for s in (".key", ".csr", ".pem"))
        extensions = stem.with_suffix(".ext")
        extensions.write_text(f"subjectAltName=DNS:{name}\n")
        _openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                 "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        _openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key,
                 "-CAcreateserial", "-days", days, "-extfile", extensions, "-out", cert)
        return cert, key

    def server(self, name, **options):
        """An ssl.SSLContext for a peer."""
        cert, key = self.issue(name, **options)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        return context

    def client(self):
        """An ssl.SSLContext that trusts this authority and checks names."""
        return ssl.create_default_context(cafile=str(self.certificate))


def any_certificate():
    """A client's context that takes every certificate: the one made at first start is its own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
