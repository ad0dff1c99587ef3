# SPDX-License-Identifier: Apache-2.0
"""Writes the TOML that the gateway's configuration needs: tables, arrays of tables, plain values."""


def _text(value):
    out = ['"']
    for char in value:
        if char in '"\\':
            out.append("\\" + char)
        elif ord(char) < 0x20 or ord(char) == 0x7F:
            out.append(f"\\u{ord(char):04x}")
        else:
            out.append(char)
    return "".join(out) + '"'


def _value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    return _text(str(value))


def _is_tables(value):
    return isinstance(value, list) and value and all(isinstance(v, dict) for v in value)


def _table(table, path):
    lines = [f"{key} = {_value(value)}" for key, value in table.items()
             if not isinstance(value, dict) and not _is_tables(value)]
    for key, value in table.items():
        name = ".".join((*path, key))
        if isinstance(value, dict):
            lines += ["", f"[{name}]", *_table(value, (*path, key))]
        elif _is_tables(value):
            for item in value:
                lines += ["", f"[[{name}]]", *_table(item, (*path, key))]
    return lines


def dumps(config):
    return "\n".join(_table(config, ())) + "\n"
