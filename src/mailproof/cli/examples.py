"""An example of each command, as its help and its manual page show it. A test parses every one. Pure."""

from __future__ import annotations

EXAMPLES = {
    "serve": "mailproof serve --data-dir /var/lib/mailproof --sandbox",
    "token create": "mailproof token create --data-dir /var/lib/mailproof --role admin --name 'job of the web shop'",
    "token list": "mailproof token list --data-dir /var/lib/mailproof",
    "token identify": "mailproof token identify --data-dir /var/lib/mailproof < token.txt",
    "token revoke": "mailproof token revoke --data-dir /var/lib/mailproof 381590000000000000",
    "instance create": "mailproof instance create --data-dir /var/lib/mailproof shop",
    "instance list": "mailproof instance list --data-dir /var/lib/mailproof --json",
    "keys list": "mailproof keys list --data-dir /var/lib/mailproof",
    "keys rotate": "mailproof keys rotate --data-dir /var/lib/mailproof",
    "keys retire": "mailproof keys retire --data-dir /var/lib/mailproof",
    "migrate": "mailproof migrate --from sqlite:////var/lib/mailproof/mailproof.db --to postgresql://mailproof@db:5432/mail",
    "rebuild": "mailproof rebuild --data-dir /var/lib/mailproof --check",
    "backup": "mailproof backup --data-dir /var/lib/mailproof mailproof.backup",
    "restore": "mailproof restore --data-dir /var/lib/mailproof mailproof.backup",
    "thin": "mailproof thin --data-dir /var/lib/mailproof --older-than 365d --dry-run",
    "diagnose": "mailproof diagnose smtp.example.com:587 --user me@example.com --password-stdin < password.txt",
    "discover": "mailproof discover me@example.com",
    "explain": "mailproof explain '535 5.7.8 Error: authentication failed'",
    "config list": "mailproof config list --filter 'last_test.outcome = fail'",
    "config export": "mailproof config export configurations.json",
    "config import": "mailproof config import configurations.json",
    "presets": "mailproof presets gmail",
    "server": "mailproof server --server https://mail.example.org",
    "whoami": "mailproof whoami --token-file token.txt",
    "tests list": "mailproof tests list --filter 'outcome = fail' --since 7d",
    "tests show": "mailproof tests show 381590000000000000",
    "completion": "mailproof completion bash > ~/.local/share/bash-completion/completions/mailproof",
}
"""By the command and its action."""
