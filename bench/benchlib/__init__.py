# SPDX-License-Identifier: Apache-2.0
"""What the benches share. They stand on the scenarios' harness (tests/scenarios/support)."""
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "scenarios"))
