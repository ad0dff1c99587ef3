# SPDX-License-Identifier: Apache-2.0
"""What the scenarios share: the gateway as a process, peers that misbehave to order, real Postfix.

Standard library only, so that a scenario runs wherever the gateway does."""
