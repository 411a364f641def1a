"""The German templates of what has changed since a configuration last passed its test. Only data. Pure."""

from __future__ import annotations

CHANGES: dict[str, str] = {
    "It last worked at {moment} (test {test}).": "Zuletzt hat es am {moment} funktioniert (Test {test}).",
    "The last good test was at {moment} (test {test}).": "Der letzte erfolgreiche Test war am {moment} (Test {test}).",
    "Since then: {changes}.": "Seitdem: {changes}.",
    "1 other change can be seen.": "Eine weitere Änderung ist zu sehen.",
    "{count} other changes can be seen.": "{count} weitere Änderungen sind zu sehen.",
    "{changes}; and {more} more": "{changes}; und {more} weitere",
    "Nothing that this failure is likely to depend on has changed; what has: {changes}.": (
        "Nichts, wovon dieser Fehler wahrscheinlich abhängt, hat sich geändert; geändert hat sich: {changes}."
    ),
    "Its report is not kept, so no more than the settings is compared: they are the same.": (
        "Sein Bericht ist nicht gespeichert, also werden nur die Einstellungen verglichen: Sie sind dieselben."
    ),
    "Nothing that this test sees has changed since.": "Nichts, was dieser Test sieht, hat sich seitdem geändert.",
    "nothing that this failure is likely to depend on": "nichts, wovon dieser Fehler wahrscheinlich abhängt",
    "nothing that this test sees": "nichts, was dieser Test sieht",
    "nothing": "leer",
    "the setting {name} is {after} instead of {before}": "die Einstellung {name} ist {after} statt {before}",
    "this test used the {sent} that was sent with it, the last good one what was stored": (
        "dieser Test verwendete das mitgesendete {sent}, der letzte erfolgreiche das gespeicherte"
    ),
    "The same user has logged in with another {secret}: check the new one first.": (
        "Derselbe Benutzer hat sich schon mit einem anderen {secret} angemeldet: Prüfen Sie zuerst das neue."
    ),
    "the stored {secret} was replaced at {moment}": "das gespeicherte {secret} wurde am {moment} ersetzt",
    "this test came to {stage}, which the last good one did not try: it ended at {depth}": (
        "dieser Test kam bis {stage}, was der letzte erfolgreiche nicht versucht hat: Er endete bei {depth}"
    ),
    "this test went to {after}, the last good one to {before}": (
        "dieser Test ging an {after}, der letzte erfolgreiche an {before}"
    ),
    "this test went to port {after}, the last good one to port {before}": (
        "dieser Test ging an Port {after}, der letzte erfolgreiche an Port {before}"
    ),
    "{host} has other addresses: {after} instead of {before}": "{host} hat andere Adressen: {after} statt {before}",
    "this test used the address {after}, the last good one {before}": (
        "dieser Test hat die Adresse {after} benutzt, der letzte erfolgreiche {before}"
    ),
    "the host's addresses are {after} instead of {before}": "die Adressen des Hosts sind {after} statt {before}",
    "the connection used {after}, that of the last good test {before}": (
        "die Verbindung lief mit {after}, die des letzten erfolgreichen Tests mit {before}"
    ),
    "clear text": "Klartext",
    "the server agrees on {after} instead of {before}": "der Server einigt sich auf {after} statt {before}",
    "the server agrees on the cipher {after} instead of {before}": (
        "der Server einigt sich auf das Verschlüsselungsverfahren {after} statt {before}"
    ),
    "the server says that it is {after} instead of {before}": "der Server gibt sich als {after} aus statt als {before}",
    "outside TLS": "außerhalb von TLS",
    "inside TLS": "innerhalb von TLS",
    "the server takes messages of {after} octets instead of {before}": (
        "der Server nimmt Nachrichten von {after} Byte an statt von {before}"
    ),
    "the server offers the mechanism {name} no more {where}": (
        "der Server bietet den Mechanismus {name} {where} nicht mehr an"
    ),
    "the server offers the extension {name} no more {where}": (
        "der Server bietet die Erweiterung {name} {where} nicht mehr an"
    ),
    "the server offers the mechanism {name} {where}, which it did not": (
        "der Server bietet den Mechanismus {name} {where} an, was er nicht tat"
    ),
    "the server offers the extension {name} {where}, which it did not": (
        "der Server bietet die Erweiterung {name} {where} an, was er nicht tat"
    ),
    "the login used {after} instead of {before}": "die Anmeldung lief mit {after} statt mit {before}",
    "the sender is {after} instead of {before}": "der Absender ist {after} statt {before}",
    "the recipient is {after} instead of {before}": "der Empfänger ist {after} statt {before}",
    "at {stage} the server answers {after} instead of {before}": (
        "in der Phase {stage} antwortet der Server {after} statt {before}"
    ),
    "the server presents another certificate ({difference})": "der Server zeigt ein anderes Zertifikat ({difference})",
    "the server's certificate, which is the same, ended at {moment}": (
        "das Zertifikat des Servers, das dasselbe ist, ist am {moment} abgelaufen"
    ),
    "the certificate, which is the same, was verified then and is not now": (
        "das Zertifikat, das dasselbe ist, ließ sich damals prüfen und jetzt nicht"
    ),
    "{sentence}: {why}": "{sentence}: {why}",
    "the chain leads to {after} instead of {before}": "die Kette führt zu {after} statt zu {before}",
    "SHA-256 {after} instead of {before}": "SHA-256 {after} statt {before}",
    "of {after} instead of {before}": "von {after} statt {before}",
    "no more for {names}": "nicht mehr für {names}",
    "now for {names}": "jetzt für {names}",
    "ended at {moment}": "abgelaufen am {moment}",
    "valid only from {moment} on": "gültig erst ab {moment}",
    "valid until {after} instead of {before}": "gültig bis {after} statt {before}",
    "with a key {after} instead of {before}": "mit einem Schlüssel {after} statt {before}",
    "the server presents 1 certificate instead of {before}": "der Server zeigt 1 Zertifikat statt {before}",
    "the server presents {after} certificates instead of {before}": (
        "der Server zeigt {after} Zertifikate statt {before}"
    ),
    "the server presents other intermediate certificates": "der Server zeigt andere Zwischenzertifikate",
}
"""English template -> German template."""
