"""What the tests of the administration calls share: one service, and an instance of its own for each test."""

import itertools
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from service_support.service import RunningService, create_token, running_service
from service_support.wires import WIRES, Client, Wires, open_wires
from smtp_support import pki

INSTANCES = 1500


@dataclass
class Office:
    """A service with a token of each role for many instances, and secrets that must not be seen again."""

    service: RunningService
    wires: Wires
    admin: str
    viewer: str
    colleague: str  # another administrator's token
    secrets: set[str] = field(default_factory=set)
    signing_keys: set[str] = field(default_factory=set)  # these are shown, and neither stored in clear nor logged
    unused: Iterator[int] = field(default_factory=lambda: iter(range(INSTANCES)))

    def client(self, wire: str) -> Client:
        """Return an administrator of an instance that nobody has used."""
        return Client(self.wires, wire, self.admin, f"office-{next(self.unused)}")

    def secret(self, word: str) -> str:
        """Return a fresh secret; none of its kind may show in an answer or in the log."""
        made = f"S3cret {word} {len(self.secrets)} end"
        self.secrets.add(made)
        return made


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The service; when all is over, its answers, log and files are searched for every secret that was sent to it."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "ca.pem").write_text(pki.authority().pem)
    instances = list(itertools.chain.from_iterable(("--instance", f"office-{n}") for n in range(INSTANCES)))
    with running_service(folder / "data", "--ca-file", str(folder / "ca.pem")) as service, open_wires(service) as wires:
        roles = (("admin", "--permission", "iam.secrets"), ("viewer",), ("admin",))
        admin, viewer, colleague = (create_token(service.data_dir, *role, *instances) for role in roles)
        made = Office(service, wires, admin, viewer, colleague)
        made.secrets |= {service.sandbox.password, admin, viewer, colleague}
        yield made
        files = [path for path in service.data_dir.iterdir() if path.name.startswith("mailproof.db")]
        kept = [service.log_file.read_bytes(), *(path.read_bytes() for path in files)]
        assert len(kept) > 1
        assert not [key for key in made.signing_keys if any(key.encode() in data for data in kept)]
        for secret in made.secrets:
            for form in (secret, b64encode(secret.encode()).decode()):
                assert not [data for data in (*kept, *wires.answers) if form.encode() in data], secret


@pytest.fixture(params=WIRES)
def client(request: pytest.FixtureRequest, office: Office) -> Client:
    """An administrator of a fresh instance, over each wire in turn."""
    return office.client(request.param)
