# SPDX-License-Identifier: Apache-2.0
"""The local log daemon, as what alerts are told to."""
import socket


class LogDaemon:
    """A Unix datagram socket that remembers what it got."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.setblocking(False)
        self.lines = []

    def read(self):
        while True:
            try:
                self.lines.append(self.socket.recv(65536).decode())
            except BlockingIOError:
                return self.lines
