# SPDX-License-Identifier: Apache-2.0
"""Looks for a marker where clear text must not lie."""
import base64
import os
import pathlib
import secrets
import stat


def marker():
    return "CANARY-" + secrets.token_hex(8)


def forms(text):
    """The marker as it may be written: as it is, in base64 wherever it begins, in hex, wide."""
    octets = text.encode()
    yield octets
    for shift in range(3):
        coded = base64.b64encode(bytes(shift) + octets)
        # The ends depend on what stands beside it.
        yield coded[-(-shift * 8 // 6):len(coded) - 4]
    yield octets.hex().encode()
    yield octets.hex().upper().encode()
    yield text.encode("utf-16-le")
    yield text.encode("utf-16-be")


def found_in(octets, text):
    return [form for form in forms(text) if form in octets]


def in_files(paths, text):
    """Of these files those that hold the marker; what vanishes meanwhile holds nothing."""
    found = []
    for path in paths:
        try:
            if stat.S_ISREG(os.stat(path).st_mode) and (what := found_in(pathlib.Path(path).read_bytes(), text)):
                found.append((str(path), what))
        except FileNotFoundError:
            pass
    return found


def below(directory):
    """All that lies below, and the directory itself; links are not followed."""
    paths = [pathlib.Path(directory)]
    for folder, folders, files in os.walk(directory):
        paths += [pathlib.Path(folder) / name for name in (*folders, *files)]
    return paths


def open_files(pid):
    """What a process has open, also what has no name any more."""
    folder = pathlib.Path(f"/proc/{pid}/fd")
    return [folder / name for name in os.listdir(folder)]


def of_user(uid, *directories):
    """What a user has below directories that many use."""
    found = []
    for path in (path for directory in directories for path in below(directory)):
        try:
            if path.lstat().st_uid == uid:
                found.append(path)
        except FileNotFoundError:
            pass
    return found
