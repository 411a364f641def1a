"""What values that JSON has as texts look like, by the patterns that they are read with, for the OpenAPI document."""

from __future__ import annotations

from mailproof.rpc.codec import _BASE64, _DURATION, _INTEGER, _INTEGERS

DURATION = f"^{_DURATION.pattern}$"
BASE64 = f"^{_BASE64.pattern}$"
INTEGER = f"^{_INTEGER.pattern}$"  # of 64 bits
RANGES = _INTEGERS
"""The least and the greatest value of each type of integer."""
