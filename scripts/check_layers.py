#!/usr/bin/env python3
"""Each src/ folder may include only itself and the folders named in its sealgate_module(... DEPS ...),
and what those may use. The one structural rule that fails CI, since a wrong arrow costs most to take back."""
import pathlib
import re
import sys

src = pathlib.Path(__file__).resolve().parent.parent / "src"
allowed = {}
bad = 0
for cml in src.glob("*/CMakeLists.txt"):
    m = re.search(r"sealgate_module\((\w+)(?:\s+ASIO)?(?:\s+DEPS\s+([\w\s]+?))?(?:\s+LINK[^)]*)?\)", cml.read_text())
    if not m:
        sys.exit(f"{cml}: no sealgate_module(NAME DEPS ...) call")
    allowed[m[1]] = {m[1], *(m[2] or "").split()}
for name, deps in allowed.items():
    todo = list(deps)
    while todo:
        for dep in allowed.get(todo.pop(), ()):
            if dep not in deps:
                deps.add(dep)
                todo.append(dep)
for f in sorted(src.rglob("*")):
    if f.suffix not in (".h", ".cpp"):
        continue
    if f.stem.endswith("_test"):
        continue  # a test may set up whatever it needs
    folder = f.relative_to(src).parts[0]
    for n, line in enumerate(f.read_text().splitlines(), 1):
        m = re.match(r'\s*#include "(\w+)/', line)
        if m and m[1] not in allowed[folder]:
            print(f"{f.relative_to(src.parent)}:{n}: {folder} may not use {m[1]}")
            bad += 1
sys.exit(bad > 0)
