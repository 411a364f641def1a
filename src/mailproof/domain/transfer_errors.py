"""Failures of exports and imports of configurations. Standard library only."""

from __future__ import annotations

from mailproof.domain.errors import Failure, FieldViolation, InvalidFields, Kind
from mailproof.domain.phrase import say


class PassphraseWrong(InvalidFields):
    """The passphrase does not open the document's secrets."""

    reason = "PASSPHRASE_WRONG"

    def __init__(self) -> None:
        super().__init__([FieldViolation("passphrase", say("does not open the document's secrets"))])


class ExportTooLarge(Failure):
    """An instance has more providers than one document can hold."""

    kind = Kind.FAILED_PRECONDITION
    reason = "EXPORT_TOO_LARGE"


class ImportEnded(Failure):
    """An import in pages was undone, or finished, so that no page can be added to it.

    Args:
        ended: How it ended: "undone" or "finished".
    """

    kind = Kind.FAILED_PRECONDITION
    reason = "IMPORT_ENDED"

    def __init__(self, ended: str) -> None:
        sentence = say("this import was finished: begin another one")
        if ended == "undone":
            sentence = say("this import was undone: begin another one")
        super().__init__(sentence, metadata={"ended": ended})


class ImportNotFound(Failure):
    """A token is not one of the caller's imports, or too much time has passed since that began."""

    kind = Kind.NOT_FOUND
    reason = "IMPORT_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__(
            say(
                "the import token is not one of this caller's imports into this instance, or 23 hours have passed "
                "since the import began"
            )
        )


class SecretExportOff(Failure):
    """This service lets no secrets out, whoever asks."""

    kind = Kind.FAILED_PRECONDITION
    reason = "SECRET_EXPORT_OFF"

    def __init__(self) -> None:
        super().__init__(say("this server exports no secrets: export without a passphrase, or set secret_export"))
