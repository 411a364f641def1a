"""The German templates of the errors of calls. Only data. Pure."""

from __future__ import annotations

ERRORS: dict[str, str] = {
    "{first} or {second}": "{first} oder {second}",
    "{minutes} minutes": "{minutes} Minuten",
    "The test passed: the server accepted the message.": (
        "Der Test war erfolgreich: Der Server hat die Nachricht angenommen."
    ),
    "The test failed.": "Der Test ist fehlgeschlagen.",
    "a minute": "pro Minute",
    "in ten minutes": "in zehn Minuten",
    "an hour": "pro Stunde",
    "in {seconds} seconds": "in {seconds} Sekunden",
    "the database can't be used right now": "die Datenbank ist gerade nicht benutzbar",
    "{field}: {problem}": "{field}: {problem}",
    "invalid request: {problems}": "ungültige Anfrage: {problems}",
    "the request is larger than {limit} bytes": "die Anfrage ist größer als {limit} Byte",
    "the bearer token is not accepted: {message}": "das Bearer-Token wird nicht angenommen: {message}",
    "no caller is configured for any name of this client certificate, and there is no token": (
        "für keinen Namen dieses Client-Zertifikats ist ein Aufrufer eingerichtet, und es gibt kein Token"
    ),
    "the client certificate of this connection has expired: connect anew with a new one": (
        "das Client-Zertifikat dieser Verbindung ist abgelaufen: Verbinden Sie sich mit einem neuen"
    ),
    "the bearer token gives no role: its claim {claim} has none that is known here": (
        "das Bearer-Token gibt keine Rolle: Sein Claim {claim} hat keine, die hier bekannt ist"
    ),
    "the issuer's keys can't be fetched right now, so no bearer token can be checked": (
        "die Schlüssel des Ausstellers sind gerade nicht abrufbar, also lässt sich kein Bearer-Token prüfen"
    ),
    "the access token has expired, at {moment}: ask for a new one": (
        "das Access-Token ist abgelaufen, am {moment}: Fordern Sie ein neues an"
    ),
    "this call needs the permission {permission}": "dieser Aufruf braucht die Berechtigung {permission}",
    "SMTP configuration not found": "SMTP-Konfiguration nicht gefunden",
    "this configuration has a user, but no {secret} is stored: update it with one": (
        "diese Konfiguration hat einen Benutzer, aber es ist kein {secret} gespeichert: Aktualisieren Sie sie mit einem"
    ),
    (
        "no user is set: this configuration has a password that nobody logs in with; update it with the user "
        "and the password, or clear the password if the server needs no login"
    ): (
        "es ist kein Benutzer gesetzt: Diese Konfiguration hat ein Passwort, mit dem sich niemand anmeldet; "
        "aktualisieren Sie sie mit Benutzer und Passwort, oder löschen Sie das Passwort, wenn der Server "
        "keine Anmeldung braucht"
    ),
    "the stored {secret} of configuration {config_id} can't be opened: {remedy}": (
        "das gespeicherte Geheimnis ({secret}) der Konfiguration {config_id} lässt sich nicht öffnen: {remedy}"
    ),
    "SMTP configuration already active": "SMTP-Konfiguration ist bereits aktiv",
    "SMTP configuration already deactivated": "SMTP-Konfiguration ist bereits deaktiviert",
    "SMTP configuration already exists": "SMTP-Konfiguration existiert bereits",
    "the caller has no instance with the id of the header x-instance-id": (
        "der Aufrufer hat keine Instanz mit der ID des Headers x-instance-id"
    ),
    "the idempotency key was used with another request: send a new key with a new request": (
        "der Idempotenzschlüssel wurde mit einer anderen Anfrage benutzt: Senden Sie mit einer neuen Anfrage "
        "einen neuen Schlüssel"
    ),
    "this server exports no secrets: export without a passphrase, or set secret_export": (
        "dieser Server exportiert keine Geheimnisse: Exportieren Sie ohne Passphrase, oder setzen Sie secret_export"
    ),
    "{many}; try again in a moment": "{many}; versuchen Sie es gleich erneut",
    "a second": "einer Sekunde",
    "{seconds} seconds": "{seconds} Sekunden",
    "{whose} may have {limit} {things} {period}, and they are used up; try again in {wait}": (
        "{whose} darf {period} {limit} {things} haben, und sie sind verbraucht; versuchen Sie es in {wait} erneut"
    ),
    "logins of this user": "Anmeldungen dieses Benutzers",
    "logins that this instance tested": "Anmeldungen, die diese Instanz getestet hat,",
    (
        "too many {whose} have failed (at most {limit} {period}); nothing was sent, so that the mail provider "
        "does not lock the account; try again in {wait}"
    ): (
        "zu viele {whose} sind fehlgeschlagen (höchstens {limit} {period}); es wurde nichts gesendet, damit "
        "der Mail-Anbieter das Konto nicht sperrt; versuchen Sie es in {wait} erneut"
    ),
    (
        "this receiver has got {limit} test messages {period}, as many as one may; nothing was sent; try "
        "again in {wait}, or test without a message"
    ): (
        "dieser Empfänger hat {period} {limit} Testnachrichten bekommen, so viele, wie einer darf; es wurde "
        "nichts gesendet; versuchen Sie es in {wait} erneut, oder testen Sie ohne Nachricht"
    ),
    ("too many unknown access tokens have come from this address (at most {limit} {period}); try again in {wait}"): (
        "von dieser Adresse kamen zu viele unbekannte Access-Tokens (höchstens {limit} {period}); versuchen "
        "Sie es in {wait} erneut"
    ),
    (
        "the log of an instance may have {limit} events, so configurations can only be removed or "
        "deactivated: ask the operator of this service for more"
    ): (
        "das Ereignisprotokoll einer Instanz darf {limit} Ereignisse haben, also lassen sich Konfigurationen "
        "nur noch entfernen oder deaktivieren: Bitten Sie den Betreiber dieses Dienstes um mehr"
    ),
    (
        "an instance may have {limit} configurations: remove one that is not needed, or ask the operator of "
        "this service for more"
    ): (
        "eine Instanz darf {limit} Konfigurationen haben: Entfernen Sie eine, die nicht gebraucht wird, oder "
        "bitten Sie den Betreiber dieses Dienstes um mehr"
    ),
    "the requests that are being sent hold as much memory as this server allows; try again in a moment": (
        "die Anfragen, die gerade gesendet werden, belegen so viel Speicher, wie dieser Server erlaubt; "
        "versuchen Sie es gleich erneut"
    ),
    "too much work of this kind is waiting, of this instance or of all; try again in a moment": (
        "zu viel Arbeit dieser Art wartet, von dieser Instanz oder von allen; versuchen Sie es gleich erneut"
    ),
    (
        "this service has no {resource} left, so the test was not finished and says nothing about the server; "
        "try again in a moment"
    ): (
        "diesem Dienst fehlt es an {resource}, also wurde der Test nicht beendet und sagt nichts über den "
        "Server; versuchen Sie es gleich erneut"
    ),
    "no finding has this code; did you mean {codes}?": "kein Befund hat diesen Code; meinten Sie {codes}?",
    "no finding has this code": "kein Befund hat diesen Code",
    "does not open the document's secrets": "öffnet die Geheimnisse des Dokuments nicht",
    "was used with another request": "wurde mit einer anderen Anfrage benutzt",
    "{first} and {second}": "{first} und {second}",
    "{first}, or {second}": "{first} oder {second}",
    "the deadline passed before the request had arrived": (
        "die Frist ist abgelaufen, bevor die Anfrage angekommen war"
    ),
    "the body must hold one message, not 0": "der Body muss eine Nachricht enthalten, nicht 0",
    "no such RPC": "diesen RPC gibt es nicht",
    "the header {name} must come once": "der Header {name} darf nur einmal kommen",
    "this is no valid HTTP/1.1 request": "das ist keine gültige Anfrage nach HTTP/1.1",
    "the Host header is missing": "der Header Host fehlt",
    "the head of the request did not arrive in time": "der Kopf der Anfrage kam nicht rechtzeitig an",
    "the header expect must be 100-continue": "der Header expect muss 100-continue sein",
    "the transfer encoding must be chunked": "die Transfer-Codierung muss chunked sein",
    "the Host header must name one host": "der Header Host muss einen Host nennen",
    'must be digits and a unit, like "1500m" or "30S"': (
        'muss aus Ziffern und einer Einheit bestehen, etwa "1500m" oder "30S"'
    ),
    "the content type must be application/json, not {kind}": (
        "der Content-Type muss application/json sein, nicht {kind}"
    ),
    "the content type must be application/json, and there is none": (
        "der Content-Type muss application/json sein, und es gibt keinen"
    ),
    "Not Found": "Nicht gefunden",
    "the access token is unknown or revoked": "das Access-Token ist unbekannt oder widerrufen",
    'the authorization header must be "Bearer TOKEN"': 'der Header authorization muss "Bearer TOKEN" sein',
    'an access token is missing: send the header "authorization: Bearer TOKEN"': (
        'ein Access-Token fehlt: Senden Sie den Header "authorization: Bearer TOKEN"'
    ),
    "Password for test not found": "Passwort für den Test nicht gefunden",
    "must be sent: no {secret} is stored": "muss gesendet werden: Es ist kein {secret} gespeichert",
    "must be sent: {setting} is not the one that the stored {secret} belongs to": (
        "muss gesendet werden: {setting} ist nicht das, wozu das gespeicherte {secret} gehört"
    ),
    "must be sent: {settings} are not those that the stored {secret} belongs to": (
        "muss gesendet werden: {settings} sind nicht die, zu denen das gespeicherte {secret} gehört"
    ),
    "must not be empty when a password or token is given": (
        "darf nicht leer sein, wenn ein Passwort oder Token angegeben ist"
    ),
    "must not be negative": "darf nicht negativ sein",
    "it has more than {max_token} characters": "es hat mehr als {max_token} Zeichen",
    "it is no signed JSON Web Token": "es ist kein signiertes JSON Web Token",
    "its header names no algorithm": "sein Header nennt keinen Algorithmus",
    "its header's typ is neither JWT nor at+jwt": "typ in seinem Header ist weder JWT noch at+jwt",
    "its header's kid is no text": "kid in seinem Header ist kein Text",
    "it is not made of JSON objects, each name once": "es besteht nicht aus JSON-Objekten, jeder Name einmal",
    "its claim {name} is no time": "sein Claim {name} ist keine Zeit",
    "its header has {name}, which is not understood here": "sein Header hat {name}, was hier nicht verstanden wird",
    "a claim of it is not what it must be": "einer seiner Claims ist nicht, was er sein muss",
    "it lacks the claim {claim}": "ihm fehlt der Claim {claim}",
    "its algorithm is none of {allowed}": "sein Algorithmus ist keiner von {allowed}",
    "it is of another issuer": "es ist von einem anderen Aussteller",
    "the issuer has no key of that name for its algorithm": (
        "der Aussteller hat keinen Schlüssel dieses Namens für seinen Algorithmus"
    ),
    "it is bound to a key of its holder, which is not checked here": (
        "es ist an einen Schlüssel seines Inhabers gebunden, was hier nicht geprüft wird"
    ),
    "its claim sub is not 1 to 255 visible ASCII characters": (
        "sein Claim sub besteht nicht aus 1 bis 255 sichtbaren ASCII-Zeichen"
    ),
    "its claim {name} names no instance": "sein Claim {name} nennt keine Instanz",
    "must be the next_page_token of a call with the same filter": (
        "muss das next_page_token eines Aufrufs mit demselben Filter sein"
    ),
    "must have {least} to {most} octets": "muss {least} bis {most} Byte haben",
    "must be 8 for each lane at least, and at most {most}": "muss mindestens 8 je Lane sein und höchstens {most}",
    "must be between 1 and {most}": "muss zwischen 1 und {most} liegen",
    "set it again": "setzen Sie es neu",
    "update the configuration with it": "aktualisieren Sie die Konfiguration damit",
    'have a new one made (expiration_signing_key "0s")': (
        'lassen Sie einen neuen erzeugen (expiration_signing_key "0s")'
    ),
    "signing key": "Signaturschlüssel",
    "must not be empty: none is stored": "darf nicht leer sein: Es ist keines gespeichert",
    "must be sent: what is stored is a {secret}": "muss gesendet werden: Gespeichert ist ein {secret}",
    "host, tls, user, token_endpoint and client_id": "host, tls, user, token_endpoint und client_id",
    "host, tls and user": "host, tls und user",
    ("must be sent, or xoauth2 with a client_secret: {of} are not those that the stored {secret} belongs to"): (
        "muss gesendet werden, oder xoauth2 mit einem client_secret: {of} sind nicht die, zu denen das "
        "gespeicherte {secret} gehört"
    ),
    "must be sent: {of} are not those that the stored {secret} belongs to": (
        "muss gesendet werden: {of} sind nicht die, zu denen das gespeicherte {secret} gehört"
    ),
    "this configuration authenticates by tokens: update it with `plain` instead": (
        "diese Konfiguration meldet sich mit Tokens an: Aktualisieren Sie sie stattdessen mit `plain`"
    ),
    "must be a signing key: 1 to {most} visible ASCII characters": (
        "muss ein Signaturschlüssel sein: 1 bis {most} sichtbare ASCII-Zeichen"
    ),
    "does not open: it, or the destination that it belongs to, was changed since the export": (
        "lässt sich nicht öffnen: Es oder das Ziel, zu dem es gehört, wurde seit dem Export geändert"
    ),
    "there are {count} configurations, and one document holds {most}": (
        "es gibt {count} Konfigurationen, und ein Dokument fasst {most}"
    ),
    "must be {format_version}": "muss {format_version} sein",
    "must be set: there are secrets": "muss gesetzt sein: Es gibt Geheimnisse",
    "must have {check_bytes} octets": "muss {check_bytes} Byte haben",
    "must be given: the document holds secrets (or skip_secrets set)": (
        "muss angegeben werden: Das Dokument enthält Geheimnisse (oder setzen Sie skip_secrets)"
    ),
    "must not be active: another one is": "darf nicht aktiv sein: Eine andere ist es",
    "must not be that of another provider in the document": (
        "darf nicht die einer anderen Konfiguration im Dokument sein"
    ),
    "is needed with oauth": "wird mit oauth gebraucht",
    "the access token was revoked or has expired while the call ran": (
        "das Access-Token wurde widerrufen oder ist abgelaufen, während der Aufruf lief"
    ),
    "the connection to the database was lost, and whether the change was stored is not known": (
        "die Verbindung zur Datenbank ging verloren, und ob die Änderung gespeichert wurde, ist nicht bekannt"
    ),
    "the body is not valid base64": "der Body ist kein gültiges base64",
    "the body ends within a frame's header": "der Body endet im Kopf eines Frames",
    "the body ends within a frame": "der Body endet in einem Frame",
    "compressed messages are not supported": "komprimierte Nachrichten werden nicht unterstützt",
    "a frame has unknown flags": "ein Frame hat unbekannte Flags",
    "the store does not answer": "der Speicher antwortet nicht",
    "the store can't be asked": "der Speicher kann nicht gefragt werden",
    "the body must hold one message, not {count}": "der Body muss eine Nachricht enthalten, nicht {count}",
    "the header {name} is not valid base64": "der Header {name} ist kein gültiges base64",
    "the new id is taken; nothing was stored": "die neue ID ist vergeben; es wurde nichts gespeichert",
    "the database is busy; nothing was stored": "die Datenbank ist ausgelastet; es wurde nichts gespeichert",
    "the database is closed": "die Datenbank ist geschlossen",
    "the disk that holds the database is full; nothing was stored": (
        "der Datenträger der Datenbank ist voll; es wurde nichts gespeichert"
    ),
    "the database has no default instance": "die Datenbank hat keine Standardinstanz",
    "the database file is damaged: stop the service and restore a backup": (
        "die Datenbankdatei ist beschädigt: Halten Sie den Dienst an und spielen Sie eine Sicherung zurück"
    ),
    "the disk that holds the database does not work; nothing was stored": (
        "der Datenträger der Datenbank funktioniert nicht; es wurde nichts gespeichert"
    ),
    "the database can't be written; nothing was stored": (
        "die Datenbank ist nicht beschreibbar; es wurde nichts gespeichert"
    ),
    "the database has no resources left; nothing was stored": (
        "der Datenbank fehlt es an Ressourcen; es wurde nichts gespeichert"
    ),
    "Method Not Allowed: this path takes {methods}": "Methode nicht erlaubt: Dieser Pfad nimmt {methods}",
    "Not Found: there is no such path; did you mean {nearest}?": (
        "Nicht gefunden: Diesen Pfad gibt es nicht; meinten Sie {nearest}?"
    ),
    "SMTP configuration not found: none is active, of {stored} stored; activate one of them": (
        "SMTP-Konfiguration nicht gefunden: Keine ist aktiv, von {stored} gespeicherten; aktivieren Sie eine davon"
    ),
    "SMTP configuration not found: none is stored": "SMTP-Konfiguration nicht gefunden: Es ist keine gespeichert",
    "no such RPC; did you mean {nearest}?": "diesen RPC gibt es nicht; meinten Sie {nearest}?",
    "no test with this id is kept": "ein Test mit dieser ID ist nicht gespeichert",
    (
        "the configuration has the sequence {present}, and this call was based on {expected}: read it again, "
        "and decide anew"
    ): (
        "die Konfiguration hat die Sequenz {present}, und dieser Aufruf beruhte auf {expected}: Lesen Sie sie "
        "noch einmal, und entscheiden Sie neu"
    ),
    "the server is stopping, so this call was ended before its answer was whole; call again": (
        "der Server wird beendet, also wurde dieser Aufruf abgebrochen, bevor seine Antwort vollständig war; "
        "rufen Sie noch einmal auf"
    ),
    "{over}; it was cut to {seconds} s, which is all that this server gives a call": (
        "{over}; sie wurde auf {seconds} s gekürzt, mehr gibt dieser Server einem Aufruf nicht"
    ),
    "the content encoding must be gzip or none, not {name}": (
        "das Content-Encoding muss gzip sein oder fehlen, nicht {name}"
    ),
    "the body is not one whole gzip file": "der Body ist nicht eine ganze gzip-Datei",
    "the body is not valid gzip": "der Body ist kein gültiges gzip",
    "the content type must be application/grpc-web+proto or application/grpc-web-text+proto": (
        "der Content-Type muss application/grpc-web+proto oder application/grpc-web-text+proto sein"
    ),
    "the request has no body: send a JSON object, {{}} if nothing is to be said": (
        "die Anfrage hat keinen Body: Senden Sie ein JSON-Objekt, {{}}, wenn nichts zu sagen ist"
    ),
    "a newer release has changed the database, and this one can't use it any more": (
        "eine neuere Version hat die Datenbank geändert, und diese kann sie nicht mehr benutzen"
    ),
    "a newer release of mailproof made this database (schema {version}, this one knows {known})": (
        "eine neuere Version von mailproof hat diese Datenbank angelegt (Schema {version}, diese kennt {known})"
    ),
    "{newer}: rebuild it with that release; nothing was changed": (
        "{newer}: Bauen Sie sie mit jener Version neu auf; es wurde nichts geändert"
    ),
    "{newer}: thin it with that release; nothing was changed": (
        "{newer}: Dünnen Sie sie mit jener Version aus; es wurde nichts geändert"
    ),
    (
        "the database file is not where the service opened it; nothing is stored until it is there again: put it "
        "back, or stop the service and start it where the file is"
    ): (
        "die Datenbankdatei ist nicht mehr dort, wo der Dienst sie geöffnet hat; es wird nichts gespeichert, bis sie "
        "wieder dort ist: Legen Sie sie zurück, oder halten Sie den Dienst an, und starten Sie ihn dort, wo sie liegt"
    ),
    (
        "the database file was exchanged while the service runs; nothing was stored: stop the service, and "
        "put a backup in place with mailproof restore"
    ): (
        "die Datenbankdatei wurde ausgetauscht, während der Dienst läuft; es wurde nichts gespeichert: Halten "
        "Sie den Dienst an, und spielen Sie mit mailproof restore eine Sicherung zurück"
    ),
}
"""English template -> German template."""
