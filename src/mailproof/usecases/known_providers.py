"""The use case of listing known mail providers, which are shipped as data, in pages. Nothing is looked up."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mailproof.discovery.mailbox_providers import MAILBOX_PROVIDERS
from mailproof.discovery.preset import Preset
from mailproof.discovery.regional_providers import REGIONAL_PROVIDERS
from mailproof.discovery.sending_services import SENDING_SERVICES
from mailproof.discovery.wanted_secret import WantedSecret, wanted_secrets
from mailproof.domain.errors import FieldViolation, InvalidFields
from mailproof.domain.model import Caller
from mailproof.domain.phrase import say
from mailproof.domain.secret import Vault
from mailproof.usecases.page_token import make_list_token, read_list_token

MAX_PAGE_SIZE = 1000

_LIST = "provider-presets"


class ListedKind(Enum):
    """What kind of provider it is; the numbers are those of smtpdiag.v1.ProviderPresetKind."""

    MAILBOX = 1
    SENDING_SERVICE = 2
    REGIONAL = 3


@dataclass(frozen=True, slots=True)
class ListedPreset:
    """A known provider.

    Attributes:
        preset: Its data.
        kind: What kind of provider it is.
        secrets: What its servers take as a secret, the best first.
    """

    preset: Preset
    kind: ListedKind
    secrets: tuple[WantedSecret, ...]


@dataclass(frozen=True, slots=True)
class PresetPage:
    """Known providers by name.

    Attributes:
        presets: Those of this page.
        next_page_token: The token of the next page; empty where this is the last one.
    """

    presets: tuple[ListedPreset, ...]
    next_page_token: str


class KnownProviders:
    """Lists the known providers.

    Args:
        vault: Authenticates page tokens.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        kinds = (
            (ListedKind.MAILBOX, MAILBOX_PROVIDERS),
            (ListedKind.SENDING_SERVICE, SENDING_SERVICES),
            (ListedKind.REGIONAL, REGIONAL_PROVIDERS),
        )
        found = (ListedPreset(each, kind, wanted_secrets(each)) for kind, presets in kinds for each in presets)
        self._listed = tuple(sorted(found, key=lambda each: _place(each.preset.name)))

    def list(self, caller: Caller, *, page_size: int, token: str) -> PresetPage:
        """Return a page of the known providers.

        Args:
            page_size: How many at most; 0 for the maximum, which more count as.
            token: The `next_page_token` of the previous page; empty for the first page.

        Raises:
            InvalidFields: The page size is negative, or the token is not one of this list.
        """
        problems = []
        if page_size < 0:
            problems.append(FieldViolation("page_size", say("must not be negative")))
        after: tuple[str, str] | None = None
        try:
            read = read_list_token(self._vault, caller.instance_id, _LIST, (), token)
            after = _place(str(read[0])) if read else None
        except ValueError as error:
            problems.append(FieldViolation("page_token", str(error)))
        if problems:
            raise InvalidFields(problems)
        limit = min(page_size or MAX_PAGE_SIZE, MAX_PAGE_SIZE)
        found = tuple(each for each in self._listed if after is None or _place(each.preset.name) > after)
        page = found[:limit]
        following = ""
        if len(found) > limit:
            following = make_list_token(self._vault, caller.instance_id, _LIST, (), (page[-1].preset.name,))
        return PresetPage(page, following)


def _place(name: str) -> tuple[str, str]:
    """Return what a provider is sorted by."""
    return name.casefold(), name
