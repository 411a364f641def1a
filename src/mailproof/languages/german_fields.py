"""The German templates of what is wrong with a field, or with the body it stands in. Only data. Pure."""

from __future__ import annotations

FIELDS: dict[str, str] = {
    "is a mail address and no server; did you mean {host}?": (
        "ist eine E-Mail-Adresse und kein Server; meinten Sie {host}?"
    ),
    "Regions: {regions}.": "Regionen: {regions}.",
    "must not be given together with {chosen}": "darf nicht zusammen mit {chosen} angegeben werden",
    "must be set": "muss gesetzt sein",
    'must be "0s": the old key is dropped at once': 'muss "0s" sein: Der alte Schlüssel wird sofort verworfen',
    "the deadline passed before there was an answer": "die Frist ist abgelaufen, bevor es eine Antwort gab",
    "the deadline passed before the stream ended": "die Frist ist abgelaufen, bevor der Stream endete",
    "must be valid UTF-8": "muss gültiges UTF-8 sein",
    "the body has more than {max_names_in_all} names": "der Body hat mehr als {max_names_in_all} Namen",
    "the body must be a JSON object": "der Body muss ein JSON-Objekt sein",
    "the body has more than {max_names} names in one object": (
        "der Body hat mehr als {max_names} Namen in einem Objekt"
    ),
    "the body has the name {name} twice in one object": "der Body hat den Namen {name} zweimal in einem Objekt",
    "the body has a name that is no Unicode text": "der Body hat einen Namen, der kein Unicode-Text ist",
    "the body is not a {full_name} message": "der Body ist keine Nachricht {full_name}",
    "the path is not percent-encoded UTF-8": "der Pfad ist kein prozentkodiertes UTF-8",
    "the query is not percent-encoded UTF-8": "die Query ist kein prozentkodiertes UTF-8",
    "the query has more than {max_parameters} parameters": "die Query hat mehr als {max_parameters} Parameter",
    "has no parts": "hat keine Teile",
    "must be true or false": "muss true oder false sein",
    "the body is not valid UTF-8 (byte {start})": "der Body ist kein gültiges UTF-8 (Byte {start})",
    "the body is not valid JSON: {msg} ({where})": "der Body ist kein gültiges JSON: {msg} ({where})",
    "the body is not valid JSON: nested too deep, or a number too long": (
        "der Body ist kein gültiges JSON: zu tief verschachtelt, oder eine Zahl ist zu lang"
    ),
    "the body is not valid JSON: {name} is no number": "der Body ist kein gültiges JSON: {name} ist keine Zahl",
    "must be at most {seconds} seconds": "darf höchstens {seconds} Sekunden sein",
    "must be a time that exists, in the years 1 to 9999": (
        "muss ein Zeitpunkt sein, den es gibt, in den Jahren 1 bis 9999"
    ),
    "the body is not a protobuf message": "der Body ist keine protobuf-Nachricht",
    "can't be given in a query": "kann nicht in einer Query angegeben werden",
    "is given twice, in both spellings": "ist zweimal angegeben, in beiden Schreibweisen",
    "must be an object": "muss ein Objekt sein",
    "is given twice": "ist zweimal angegeben",
    "must not be given together with {first}": "darf nicht zusammen mit {first} angegeben werden",
    "must be a list": "muss eine Liste sein",
    "must be one of {names}": "muss eines von {names} sein",
    "must have at most {most} items": "darf höchstens {most} Einträge haben",
    "must be a string": "muss ein String sein",
    "must be base64": "muss base64 sein",
    "must be a number": "muss eine Zahl sein",
    "must be a whole number from {least} to {greatest}": "muss eine ganze Zahl von {least} bis {greatest} sein",
    "must not be empty, unless client_credentials are given": (
        "darf nicht leer sein, außer client_credentials sind angegeben"
    ),
    "must be empty or one of {names}": "muss leer oder eines von {names} sein",
    "must not be empty when a password is given": "darf nicht leer sein, wenn ein Passwort angegeben ist",
    "must not be empty for depth {value}": "darf für die Tiefe {value} nicht leer sein",
    "must not be empty with xoauth2": "darf mit xoauth2 nicht leer sein",
    "must not be given together with xoauth2": "darf nicht zusammen mit xoauth2 angegeben werden",
    "must not be given together with config_id": "darf nicht zusammen mit config_id angegeben werden",
    "must not be empty, unless config_id names a stored configuration": (
        "darf nicht leer sein, außer config_id nennt eine gespeicherte Konfiguration"
    ),
    "must have no port, or the one that is given as the port": (
        "darf keinen Port haben oder nur den, der als Port angegeben ist"
    ),
    "the configurations together are longer than {most} bytes, which one document holds": (
        "die Konfigurationen sind zusammen länger als {most} Byte, die ein Dokument fasst"
    ),
    "must have smtp or http": "muss smtp oder http haben",
    "the body did not arrive within {body_timeout} seconds": (
        "der Body ist nicht innerhalb von {body_timeout} Sekunden angekommen"
    ),
    "must be true: {scheme}:// in host demands TLS": "muss true sein: {scheme}:// in host verlangt TLS",
    "must be longer than zero": "muss länger als null sein",
    "must have at most {most} characters": "darf höchstens {most} Zeichen haben",
    "must not contain control characters": "darf keine Steuerzeichen enthalten",
    "must have at least {least} octets": "muss mindestens {least} Byte haben",
    "must have at most {most} octets": "darf höchstens {most} Byte haben",
    "must be a port number between 1 and {max_port}": "muss eine Portnummer zwischen 1 und {max_port} sein",
    'must be "SSL", "TLS" or empty': 'muss "SSL", "TLS" oder leer sein',
    "must be at most {limit}": "darf höchstens {limit} sein",
    "must not be empty": "darf nicht leer sein",
    "must have at least {least} characters": "muss mindestens {least} Zeichen haben",
    "must have at most {max_items} items": "darf höchstens {max_items} Einträge haben",
    "must be between 1 and 65535": "muss zwischen 1 und 65535 liegen",
    "must be more than 0": "muss größer als 0 sein",
    "is needed for the depth {depth}": "wird für die Tiefe {depth} gebraucht",
    "is needed with an access token": "wird mit einem Access-Token gebraucht",
    "must not be given together with an access token": "darf nicht zusammen mit einem Access-Token angegeben werden",
    "is needed, or the client credentials that get one, and not both": (
        "wird gebraucht, oder die Client-Zugangsdaten, die eines holen, und nicht beides"
    ),
    "must fit the credentials: {mechanism} takes an access token, and a password is given": (
        "muss zu den Zugangsdaten passen: {mechanism} nimmt ein Access-Token, und ein Passwort ist angegeben"
    ),
    "must fit the credentials: {mechanism} takes a password, and an access token is given": (
        "muss zu den Zugangsdaten passen: {mechanism} nimmt ein Passwort, und ein Access-Token ist angegeben"
    ),
    "must be text without NUL": "muss Text ohne NUL sein",
    "must not be longer than {max_credentials} bytes, the user's name included": (
        "darf nicht länger als {max_credentials} Byte sein, den Namen des Benutzers eingerechnet"
    ),
    "must be text without control characters": "muss Text ohne Steuerzeichen sein",
    "must not contain control characters or invisible ones": (
        "darf keine Steuerzeichen oder unsichtbaren Zeichen enthalten"
    ),
    "has an invalid zone after the %": "hat eine ungültige Zone nach dem %",
    "{what} is not valid": "{what} ist nicht gültig",
    "{what} is longer than {max_host} characters": "{what} ist länger als {max_host} Zeichen",
    'must be a host and a port, like "smtp.example.com:587"': 'muss Host und Port sein, etwa "smtp.example.com:587"',
    "the port must be between 1 and {max_port}": "der Port muss zwischen 1 und {max_port} liegen",
    "has an invalid address in the brackets": "hat eine ungültige Adresse in den Klammern",
    'must be a host and a port without a scheme, like "smtp.example.com:587"': (
        'muss Host und Port ohne Schema sein, etwa "smtp.example.com:587"'
    ),
    'an IPv6 address must be in brackets with the port after it, like "[2001:db8::1]:587"': (
        'eine IPv6-Adresse muss in Klammern stehen, mit dem Port dahinter, etwa "[2001:db8::1]:587"'
    ),
    "is no IPv6 address": "ist keine IPv6-Adresse",
    "must be 1 to 100 letters, digits, dots, dashes or underscores": (
        "muss aus 1 bis 100 Buchstaben, Ziffern, Punkten, Bindestrichen oder Unterstrichen bestehen"
    ),
    "must be an address with an @, like user@example.com": (
        "muss eine Adresse mit einem @ sein, etwa user@example.com"
    ),
    "has characters before the @ that are not allowed there": "hat vor dem @ Zeichen, die dort nicht erlaubt sind",
    "has more than {max_local} bytes before the @": "hat mehr als {max_local} Byte vor dem @",
    "is longer than {max_path} bytes": "ist länger als {max_path} Byte",
    "has nothing after the @": "hat nichts nach dem @",
    "has nothing before the @": "hat nichts vor dem @",
    "must be an address with an @: for a whole domain any will do, like me@{domain}": (
        "muss eine Adresse mit einem @ sein: Für eine ganze Domain genügt irgendeine, etwa me@{domain}"
    ),
    "it answers {words}": "er antwortet {words}",
    "must not be longer than {max_token} characters": "darf nicht länger als {max_token} Zeichen sein",
    "must be printable ASCII without spaces": "muss druckbares ASCII ohne Leerzeichen sein",
    "must be a scope: printable ASCII without spaces, quotes and backslashes": (
        "muss ein Scope sein: druckbares ASCII ohne Leerzeichen, Anführungszeichen und Backslashes"
    ),
    "it answers with status {status} and no JSON object": "er antwortet mit Status {status} und ohne JSON-Objekt",
    "it answers with status {status} and no token": "er antwortet mit Status {status} und ohne Token",
    "it gives a token of the type {kind}, and mail servers take bearer": (
        "er gibt ein Token vom Typ {kind}, und Mailserver nehmen bearer"
    ),
    "its token {problem}": "sein Token {problem}",
    "must be scopes: printable ASCII without spaces, quotes and backslashes": (
        "müssen Scopes sein: druckbares ASCII ohne Leerzeichen, Anführungszeichen und Backslashes"
    ),
    "must not be longer than {max_ca_pem} characters": "darf nicht länger als {max_ca_pem} Zeichen sein",
    "holds no certificate in PEM form": "enthält kein Zertifikat in PEM-Form",
    "holds a certificate that can't be read": "enthält ein Zertifikat, das nicht lesbar ist",
    (
        "is the URL of a server that mail is read from; the one that mail is sent through is meant, like "
        '"smtp.example.com"'
    ): (
        "ist die URL eines Servers, von dem E-Mails gelesen werden; gemeint ist der, über den gesendet wird, "
        'etwa "smtp.example.com"'
    ),
    'is the URL of a web page; the host of a mail server is meant, like "smtp.example.com"': (
        'ist die URL einer Webseite; gemeint ist der Host eines Mailservers, etwa "smtp.example.com"'
    ),
    (
        'begins with a scheme that is not read here; smtp:// and smtps:// are, or a host alone, like "smtp.example.com"'
    ): (
        "beginnt mit einem Schema, das hier nicht gelesen wird; smtp:// und smtps:// werden es, oder ein Host "
        'allein, etwa "smtp.example.com"'
    ),
    'must be a host and a port, like "{server}"': 'muss Host und Port sein, etwa "{server}"',
    ("is a mail address and no server; DiscoverSettings (mailproof discover ADDRESS) finds the server of an address"): (
        "ist eine E-Mail-Adresse und kein Server; DiscoverSettings (mailproof discover ADDRESS) findet den "
        "Server einer Adresse"
    ),
    'has several colons; only an IPv6 address has them, like "[2001:db8::1]:587"': (
        'hat mehrere Doppelpunkte; die hat nur eine IPv6-Adresse, etwa "[2001:db8::1]:587"'
    ),
    "is too long for a host": "ist zu lang für einen Host",
    "must be a host without a path or query": "muss ein Host ohne Pfad oder Query sein",
    "must be like [::1] or [::1]:587": "muss wie [::1] oder [::1]:587 sein",
    "only an IPv6 address stands in brackets": "nur eine IPv6-Adresse steht in Klammern",
    "has no port behind the colon": "hat keinen Port hinter dem Doppelpunkt",
    "the port must be a number between 1 and {max_port}": "der Port muss eine Zahl zwischen 1 und {max_port} sein",
    "must not hold a user or password; they are given beside it, and never in a URL": (
        "darf keinen Benutzer und kein Passwort enthalten; sie werden daneben angegeben und nie in einer URL"
    ),
    "must not differ from the port of the host, which is {port}": (
        "darf nicht vom Port des Hosts abweichen, der {port} ist"
    ),
    "must not contradict the host: {scheme}:// means {mode}": (
        "darf dem Host nicht widersprechen: {scheme}:// bedeutet {mode}"
    ),
    "must be a URL without spaces, in ASCII": "muss eine URL ohne Leerzeichen sein, in ASCII",
    "must be a URL that begins with {names}": "muss eine URL sein, die mit {names} beginnt",
    "must not hold a user or password": "darf keinen Benutzer und kein Passwort enthalten",
    "must not have a fragment": "darf kein Fragment haben",
    "must have a port between 1 and 65535": "muss einen Port zwischen 1 und 65535 haben",
    "must be a URL": "muss eine URL sein",
    "must have a valid host name": "muss einen gültigen Hostnamen haben",
    "internal error (request id {request_id})": "interner Fehler (Request-ID {request_id})",
    "What it means and what to change": "Was es bedeutet und was zu ändern ist",
    "internal error": "interner Fehler",
    "is in the query, which this call does not read": "steht in der Query, die dieser Aufruf nicht liest",
    "is missing, since the request has no body": "fehlt, denn die Anfrage hat keinen Body",
    "is no field of this request": "ist kein Feld dieser Anfrage",
    "is no field of this request; did you mean {meant}?": "ist kein Feld dieser Anfrage; meinten Sie {meant}?",
    "is no header of this service; did you mean {meant}?": "ist kein Header dieses Dienstes; meinten Sie {meant}?",
    "is only for calls that change or remove one configuration": (
        "ist nur für Aufrufe, die eine Konfiguration ändern oder entfernen"
    ),
    "must be 1 to {most} visible ASCII characters, once": (
        "muss aus 1 bis {most} sichtbaren ASCII-Zeichen bestehen, einmal"
    ),
    'must be a time with its offset (RFC 3339), such as "2026-01-31T09:30:00Z"': (
        'muss eine Zeit mit ihrer Zeitzone sein (RFC 3339), etwa "2026-01-31T09:30:00Z"'
    ),
    "must be a whole number without a sign, once": "muss eine ganze Zahl ohne Vorzeichen sein, einmal",
    'must be one strong entity tag, like "12", or *': 'muss ein starkes Entity-Tag sein, etwa "12", oder *',
    'must be seconds with an s behind them: such as "5s" or "1.5s"': (
        'muss aus Sekunden mit einem s dahinter bestehen: etwa "5s" oder "1.5s"'
    ),
    'must be seconds with an s behind them: write "{bare}s"': (
        'muss aus Sekunden mit einem s dahinter bestehen: Schreiben Sie "{bare}s"'
    ),
    (
        "must be sent: without it the stored secret would be removed together with the user that it belongs "
        'to; "" does so'
    ): (
        "muss gesendet werden: Ohne ihn würde das gespeicherte Geheimnis entfernt, zusammen mit dem Benutzer, "
        'zu dem es gehört; "" tut das'
    ),
    'must be sent; "" removes what is stored{hint}': 'muss gesendet werden; "" entfernt, was gespeichert ist{hint}',
    "; did you mean it by {name}?": "; meinten Sie es mit {name}?",
    "must be the key of {header} if both are sent": "muss der Schlüssel von {header} sein, wenn beide gesendet werden",
    "must be true or false, once": "muss true oder false sein, einmal",
    "must name the sequence of {header} if both are sent": (
        "muss die Sequenz von {header} nennen, wenn beide gesendet werden"
    ),
}
"""English template -> German template."""
