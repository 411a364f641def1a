"""The German templates of the errors of exports and imports in pages. Only data. Pure."""

from __future__ import annotations

TRANSFERS: dict[str, str] = {
    "continued exports": "fortgesetzte Exporte",
    "continued imports": "fortgesetzte Importe",
    "is not page {number} as this import has added it already": (
        "ist nicht Seite {number}, wie dieser Import sie schon hinzugefügt hat"
    ),
    "is too old: an export or import has 23 hours": "ist zu alt: Ein Export oder Import hat 23 Stunden",
    "is {count}, and {pages} pages were imported: pages are missing or too many": (
        "ist {count}, und importiert wurden {pages} Seiten: Seiten fehlen oder sind zu viel"
    ),
    "is {count}, and {providers} configurations were imported": (
        "ist {count}, und importiert wurden {providers} Konfigurationen"
    ),
    "must be empty: by its header the document holds no secrets": (
        "muss leer sein: Nach seinem Kopf enthält das Dokument keine Geheimnisse"
    ),
    "must be empty: the call before had none": "muss leer sein: Der Aufruf davor hatte keine",
    "must be that of the call before": "muss die des Aufrufs davor sein",
    "must be that of the last page: one more was imported": (
        "muss das der letzten Seite sein: Es wurde noch eine importiert"
    ),
    "must be the token of the answer before, to the same caller and instance": (
        "muss das Token der Antwort davor sein, an denselben Aufrufer und dieselbe Instanz"
    ),
    "must be {export_id}: the page is of another document": (
        "muss {export_id} sein: Die Seite ist aus einem anderen Dokument"
    ),
    "must be {export_id}: the trailer is of another document": (
        "muss {export_id} sein: Der Schluss ist aus einem anderen Dokument"
    ),
    "must be {following}: page {following} would be left out": (
        "muss {following} sein: Seite {following} würde ausgelassen"
    ),
    "must be {following}: page {number} was imported already": (
        "muss {following} sein: Seite {number} wurde schon importiert"
    ),
    "must be {following}: pages {following} to {last} would be left out": (
        "muss {following} sein: Die Seiten {following} bis {last} würden ausgelassen"
    ),
    "must be {providers}: so many were on the pages before": (
        "muss {providers} sein: So viele waren auf den Seiten davor"
    ),
    "must hold no secrets: by its header the document has none": (
        "darf keine Geheimnisse enthalten: Nach seinem Kopf hat das Dokument keine"
    ),
    "was changed since the export: its digest does not fit it": (
        "wurde seit dem Export geändert: Seine Prüfsumme passt nicht dazu"
    ),
    "{number} {changed}": "{number} {changed}",
    "this import was finished: begin another one": "dieser Import wurde abgeschlossen: Beginnen Sie einen neuen",
    "this import was undone: begin another one": "dieser Import wurde rückgängig gemacht: Beginnen Sie einen neuen",
    (
        "the import token is not one of this caller's imports into this instance, or 23 hours have passed "
        "since the import began"
    ): (
        "das Import-Token gehört zu keinem Import dieses Aufrufers in diese Instanz, oder seit dem Beginn des "
        "Imports sind 23 Stunden vergangen"
    ),
}
"""English template -> German template."""
