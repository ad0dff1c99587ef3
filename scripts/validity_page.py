#!/usr/bin/env python3
"""Makes docs/openpgp-validity.md of the table that the tests are driven by.

The test ValidityPage.IsTheTable fails when the page is not that of the table; then this is run.
"""
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEST = pathlib.Path(os.environ.get("SEALGATE_BIN", ROOT / "build/release/bin")) / "openpgp_test"

out = subprocess.run([TEST, "--gtest_filter=ValidityPage.IsTheTable", "--gtest_brief=1"],
                     env={**os.environ, "SEALGATE_PRINT_PAGE": "1"}, capture_output=True, text=True).stdout
start = out.find("# OpenPGP: ")
end = out.rfind(" rows.\n")
if start < 0 or end < start:
    sys.exit(f"{TEST} printed no page")
(ROOT / "docs/openpgp-validity.md").write_text(out[start:end] + " rows.\n")
