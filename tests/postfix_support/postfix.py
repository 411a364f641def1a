"""Postfix from Debian's packages in a folder of its own: each service of `Service` is an smtpd on a port of its own.

Its master runs as our child and logs to our pipe; /etc/postfix and the system's queue are neither read nor written.
Needs root, for Postfix changes users.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from postfix_support.daemon import Daemon, daemon
from postfix_support.dovecot import dovecot, version
from smtp_support import pki

MASTER = "/usr/lib/postfix/sbin/master"
USER, PASSWORD = "user@example.org", "correct horse"
DOMAIN, MAILBOX = "example.net", "box@example.net"

Options = Mapping[str, str]

_MAIN = """
compatibility_level = 3.6
queue_directory = {base}/queue
data_directory = {base}/data
maillog_file = /dev/stdout
myhostname = mail.test
myorigin = mail.test
mydestination =
mynetworks = 192.0.2.0/24
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_peername_lookup = no
alias_maps =
alias_database =
virtual_mailbox_domains = {domain}
virtual_mailbox_maps = inline:{{ {{ {mailbox} = box/ }} }}
virtual_mailbox_base = {base}/mail
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{uid}
default_transport = error:nothing leaves this machine
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_sasl_type = dovecot
smtpd_sasl_path = {socket}
smtpd_tls_chain_files = {base}/server.pem
smtpd_tls_CAfile = {base}/ca.pem
smtpd_tls_security_level = may
postscreen_greet_wait = 1s
postscreen_cache_map =
"""

_MASTER = """
pickup    unix  n       -       n       60      1       pickup
cleanup   unix  n       -       n       -       0       cleanup
qmgr      unix  n       -       n       300     1       qmgr
tlsmgr    unix  -       -       n       1000?   1       tlsmgr
rewrite   unix  -       -       n       -       -       trivial-rewrite
bounce    unix  -       -       n       -       0       bounce
defer     unix  -       -       n       -       0       bounce
trace     unix  -       -       n       -       0       bounce
proxymap  unix  -       -       n       -       -       proxymap
error     unix  -       -       n       -       -       error
retry     unix  -       -       n       -       -       error
virtual   unix  -       n       n       -       -       virtual
anvil     unix  -       -       n       -       1       anvil
tlsproxy  unix  -       -       n       -       0       tlsproxy
dnsblog   unix  -       -       n       -       0       dnsblog
smtpd     pass  -       -       n       -       -       smtpd
postlog   unix-dgram n  -       n       -       1       postlogd
"""


@dataclass(frozen=True)
class Postfix:
    ports: Mapping[str, int]
    ca_pem: str
    log: Daemon
    maildir: Path

    def delivered(self, queue_id: str) -> bytes:
        """Return the one message in the maildir with this queue id, once it has been delivered."""
        self.log.wait_for(rf"{queue_id}: to=.*status=sent \(delivered to maildir\)")
        sources = [path.read_bytes() for path in (self.maildir / "new").iterdir()]
        (source,) = [source for source in sources if f"with ESMTPSA id {queue_id}".encode() in source]
        return source


def why_not() -> str:
    """Return what keeps them from running here, "" for nothing."""
    if os.geteuid() != 0:
        return "Postfix changes users, which only root may"
    if not version().startswith("2.3."):
        return f"the configuration is in the language of Dovecot 2.3, and this is {version()}"
    return ""


@contextmanager
def postfix(services: Mapping[str, Options]) -> Iterator[Postfix]:
    """Run Postfix and Dovecot with these services: name -> parameters of main.cf that differ for it.

    The pseudo parameter "program" names another daemon than smtpd.
    """
    with ExitStack() as cleanup:
        # Not pytest's folder: that is root's alone, and Postfix's daemons are not root.
        base = Path(tempfile.mkdtemp(prefix="mailproof-postfix-"))
        cleanup.callback(shutil.rmtree, base)
        base.chmod(0o755)
        ports = _free_ports(services)
        auth = base / "auth.sock"
        (base / "dovecot").mkdir(mode=0o755)
        cleanup.enter_context(dovecot(base / "dovecot", auth, USER, PASSWORD))
        _write(base, auth, services, ports)
        log = cleanup.enter_context(daemon([MASTER, "-s", "-c", f"{base}/etc"], {"MAIL_CONFIG": f"{base}/etc"}))
        log.wait_for("daemon started")  # its listeners are open by then
        yield Postfix(ports, pki.authority().pem, log, base / "mail" / "box")


def _write(base: Path, auth: Path, services: Mapping[str, Options], ports: Mapping[str, int]) -> None:
    owner, nobody = pwd.getpwnam("postfix"), pwd.getpwnam("nobody")
    folders = {
        "etc": (0o755, 0),
        "data": (0o700, owner.pw_uid),
        "mail": (0o700, nobody.pw_uid),
        "queue": (0o755, 0),
        "queue/pid": (0o755, 0),
        "queue/maildrop": (0o730, owner.pw_uid),
        "queue/public": (0o710, owner.pw_uid),
    }
    states = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved")
    folders |= {f"queue/{name}": (0o700, owner.pw_uid) for name in (*states, "trace")}
    for name, (mode, uid) in folders.items():
        folder = base / name
        folder.mkdir()
        folder.chmod(mode)
        os.chown(folder, uid, -1)
    leaf = pki.issue("localhost", pki.authority(), sans=pki.LOCAL)
    (base / "server.pem").write_text(leaf.key_pem + leaf.pem)
    (base / "server.pem").chmod(0o600)
    (base / "ca.pem").write_text(pki.authority().pem)
    main = _MAIN.format(base=base, domain=DOMAIN, mailbox=MAILBOX, socket=auth, uid=nobody.pw_uid)
    (base / "etc" / "main.cf").write_text(main)
    lines = [_MASTER]
    for name, options in services.items():
        program = options.get("program", "smtpd")
        limit = "1" if program == "postscreen" else "-"
        lines.append(f"127.0.0.1:{ports[name]} inet n - n - {limit} {program}\n")
        lines += [f"  -o {{ {key} = {value} }}\n" for key, value in options.items() if key != "program"]
    (base / "etc" / "master.cf").write_text("".join(lines))


def _free_ports(names: Mapping[str, Options]) -> dict[str, int]:
    """Return as many different free ports as there are names."""
    with ExitStack() as held:
        found = {}
        for name in names:
            listener = held.enter_context(socket.socket())
            listener.bind(("127.0.0.1", 0))
            found[name] = int(listener.getsockname()[1])
        return found
