"""Dovecot as what checks passwords for Postfix: its auth service alone, on a socket in a folder of ours."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from postfix_support.daemon import Daemon, daemon

DOVECOT = "/usr/sbin/dovecot"
MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256")

# The auth penalty (anvil) would delay every login after a refused one by seconds.
_CONFIG = """
base_dir = {base}/run
state_dir = {base}/state
instance_name = mailproof-test
log_path = /dev/stderr
protocols =
ssl = no
disable_plaintext_auth = no
auth_mechanisms = {mechanisms}
auth_failure_delay = 0
auth_verbose = yes
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {base}/users
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home=/nonexistent
}}
service auth {{
  unix_listener {socket} {{
    mode = 0660
    user = postfix
    group = postfix
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""


def version() -> str:
    """Return Dovecot's version; the configuration's language changed with 2.4."""
    return subprocess.run([DOVECOT, "--version"], capture_output=True, text=True, check=True).stdout.split()[0]


@contextmanager
def dovecot(base: Path, socket: Path, user: str, password: str) -> Iterator[Daemon]:
    """Run it in the folder `base`, which exists and is empty."""
    users = base / "users"
    users.write_text(f"{user}:{{PLAIN}}{password}\n")
    users.chmod(0o644)
    config = base / "dovecot.conf"
    config.write_text(_CONFIG.format(base=base, socket=socket, mechanisms=" ".join(MECHANISMS).lower()))
    with daemon([DOVECOT, "-F", "-c", str(config)]) as running:
        running.wait_for("starting up")
        yield running
