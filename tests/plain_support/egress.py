"""An egress policy without lists the plain way: one with lists, in which nothing fits."""

from __future__ import annotations

from mailproof.net.egress import Policy, allow_rule
from mailproof.net.egress_rules import parse_rule


def listed(policy: Policy) -> Policy:
    """Return a policy that permits what this one without lists does, by the code that looks into the lists."""
    nobody = "nobody.invalid:1"
    return Policy(policy.profile, (allow_rule(nobody),), (parse_rule(nobody),), policy.ports)
