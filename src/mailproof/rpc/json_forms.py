"""What values that JSON has as texts look like, by the patterns that they are read with, for the OpenAPI document."""

from __future__ import annotations

from mailproof.rpc import field_values

DURATION = f"^{field_values._DURATION.pattern}$"
BASE64 = f"^(?:{field_values._STANDARD.pattern}|{field_values._URL_SAFE.pattern})$"
INTEGER = "^-?(0|[1-9][0-9]{0,19})$"  # of 64 bits
RANGES = field_values.RANGES
"""The least and the greatest value of each type of integer."""
