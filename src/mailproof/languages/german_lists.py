"""The German templates of what is wrong with a list's filter, order and page token. Only data. Pure."""

from __future__ import annotations

LISTS: dict[str, str] = {
    "is wrong at character {place}: {problem}": "ist falsch bei Zeichen {place}: {problem}",
    "it has more than {most} characters": "er hat mehr als {most} Zeichen",
    "it has more than {most} terms": "er hat mehr als {most} Terme",
    "it has a control character, which nothing that is stored has": (
        "er hat ein Steuerzeichen, das nichts Gespeichertes hat"
    ),
    "did you mean {name}?": "meinten Sie {name}?",
    "the fields are {names}": "die Felder sind {names}",
    "parentheses are nested more than {most} deep": "Klammern sind tiefer als {most} verschachtelt",
    'this "(" is not closed': 'diese "(" ist nicht geschlossen',
    "a term is missing here": "hier fehlt ein Term",
    "the name of a field stands without quotes": "der Name eines Feldes steht ohne Anführungszeichen",
    "there is no function {name}, as there are no functions": (
        "es gibt keine Funktion {name}, denn es gibt keine Funktionen"
    ),
    "write {word}, in capitals": "schreiben Sie {word}, in Großbuchstaben",
    'there is no field "{name}"; {nearest}': 'es gibt kein Feld "{name}"; {nearest}',
    "a value for {name} is missing": "ein Wert für {name} fehlt",
    "one value is wanted: write {name} = a OR {name} = b": (
        "hier gehört ein Wert hin: Schreiben Sie {name} = a OR {name} = b"
    ),
    "these quotes are not closed": "diese Anführungszeichen sind nicht geschlossen",
    "a field is wanted, as in field = value; {nearest}": "ein Feld wird gebraucht, wie in Feld = Wert; {nearest}",
    "there is nothing to look for": "es gibt nichts zu suchen",
    "a wildcard stands at an end only": "ein Platzhalter steht nur an einem Ende",
    "a wildcard stands at an end of a text only": "ein Platzhalter steht nur an einem Ende eines Textes",
    '"{letter}" has no meaning here': '"{letter}" hat hier keine Bedeutung',
    "{comparator} takes no wildcard": "{comparator} nimmt keinen Platzhalter",
    "{name} is {kind}, which {comparator} does not compare": "{name} ist {kind}, und das vergleicht {comparator} nicht",
    "a word of a vocabulary": "ein Wort aus einer Liste",
    "true or false": "true oder false",
    "{name} {problem}": "{name} {problem}",
    "it is one of {words}": "es ist eines von {words}",
    'is never "{text}": {hint}': 'ist nie "{text}": {hint}',
    "is compared with a whole number, such as 587": "wird mit einer ganzen Zahl verglichen, etwa 587",
    "is true or false": "ist true oder false",
    "is compared with a time such as 2026-11-01T08:00:00Z or a date such as 2026-11-01": (
        "wird mit einer Zeit verglichen, etwa 2026-11-01T08:00:00Z, oder mit einem Datum, etwa 2026-11-01"
    ),
    "is compared with a duration, such as 1.5s or 250ms": "wird mit einer Dauer verglichen, etwa 1.5s oder 250ms",
    "must not have more than {most} fields": "darf nicht mehr als {most} Felder haben",
    "must not have more than {most} terms on last_test, tls_version and certificate_expire_time": (
        "darf nicht mehr als {most} Terme über last_test, tls_version und certificate_expire_time haben"
    ),
    "must not name {twice} twice": "darf {twice} nicht zweimal nennen",
    "must have a field's name on both sides of a comma": (
        "muss auf beiden Seiten eines Kommas den Namen eines Feldes haben"
    ),
    'is wrong after {name}: nothing but "asc" or "desc" may follow, and then a comma': (
        'ist falsch nach {name}: Es darf nur "asc" oder "desc" folgen und dann ein Komma'
    ),
    'is wrong: there is no field "{name}" to order by; {nearest}': (
        'ist falsch: Es gibt kein Feld "{name}", nach dem geordnet wird; {nearest}'
    ),
    "must not look for more than {most} parts of texts": "darf nach nicht mehr als {most} Teilen von Texten suchen",
    "must be the next_page_token of a call with the same filter and order_by": (
        "muss das next_page_token eines Aufrufs mit demselben filter und order_by sein"
    ),
}
"""English template -> German template."""
