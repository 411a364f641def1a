"""The German templates of the words that fill the sentences of a diagnosis. Only data. Pure."""

from __future__ import annotations

WORDS: dict[str, str] = {
    "{host} has letters of another script that look like Latin ones.": (
        "{host} hat Buchstaben einer anderen Schrift, die wie lateinische aussehen."
    ),
    "{host} is the name of a server that mail is read from.": (
        "{host} ist der Name eines Servers, von dem E-Mails gelesen werden."
    ),
    "{host} is the name of a mail domain, and not of a server that mail is sent through.": (
        "{host} ist der Name einer Mail-Domain und nicht der eines Servers, über den E-Mails gesendet werden."
    ),
    "{host} names a region that Amazon SES does not have.": "{host} nennt eine Region, die Amazon SES nicht hat.",
    "the TLS mode to {to}": "den TLS-Modus auf {to}",
    "the port to {to}": "den Port auf {to}",
    "the host to {to}": "den Host auf {to}",
    "the user to {to}": "den Benutzer auf {to}",
    "no mechanism (empty)": "das Anmeldeverfahren auf keines (leer)",
    "tls to {to}": "tls auf {to}",
    'host to "{to}"': 'host auf "{to}"',
    'user to "{to}"': 'user auf "{to}"',
    "{server} with implicit TLS": "{server} mit implizitem TLS",
    "{server} with STARTTLS": "{server} mit STARTTLS",
    "{server} without encryption": "{server} ohne Verschlüsselung",
    "an expired certificate": "ein abgelaufenes Zertifikat",
    "a certificate that is not valid yet": "ein Zertifikat, das noch nicht gültig ist",
    "a self-signed certificate": "ein selbstsigniertes Zertifikat",
    "a certificate of an authority that is not trusted here": (
        "ein Zertifikat einer Zertifizierungsstelle, der hier nicht vertraut wird"
    ),
    "a certificate whose intermediate is missing": "ein Zertifikat, dessen Zwischenzertifikat fehlt",
    "a certificate that is too weak": "ein Zertifikat, das zu schwach ist",
    "a certificate that is not for a server": "ein Zertifikat, das nicht für einen Server ist",
    "refuses the connection": "lehnt die Verbindung ab",
    "can't be reached": "ist nicht erreichbar",
    "does not offer STARTTLS": "bietet kein STARTTLS an",
    "offers no login": "bietet keine Anmeldung an",
    "is no SMTP server": "ist kein SMTP-Server",
    "speaks TLS from the first byte": "spricht TLS ab dem ersten Byte",
    "speaks no TLS before STARTTLS": "spricht vor STARTTLS kein TLS",
    "speaks no TLS": "spricht kein TLS",
    "virus scanner": "Virenscanner",
    "firewall or proxy": "Firewall oder Proxy",
    "captive portal": "Captive Portal",
    "test tool": "Testwerkzeug",
    "{limit} SMTP tests are running, as many as this server allows": (
        "es laufen {limit} SMTP-Tests, so viele, wie dieser Server erlaubt"
    ),
    "{limit} tests of this instance are running, as many as its share allows": (
        "es laufen {limit} Tests dieser Instanz, so viele, wie ihr Anteil erlaubt"
    ),
    "{limit} tests of this token are running, as many as a token may have": (
        "es laufen {limit} Tests dieses Tokens, so viele, wie ein Token haben darf"
    ),
    "{limit} tests of this host are running, as many as one host is to bear": (
        "es laufen {limit} Tests dieses Hosts, so viele, wie einem Host zugemutet werden"
    ),
    "{limit} tests log in as this user right now, as many as may fail at once": (
        "{limit} Tests melden sich gerade mit diesem Benutzer an, so viele, wie zugleich scheitern dürfen"
    ),
    "this service": "dieser Dienst",
    "a token": "ein Token",
    "an instance": "eine Instanz",
    "one host": "ein Host",
    "tests": "Tests",
    "searches": "Suchen",
    "webhook posts": "Webhook-Posts",
    "imports": "Importe",
    "exports": "Exporte",
    "file descriptors": "Dateideskriptoren",
    "local ports": "lokalen Ports",
    "memory": "Arbeitsspeicher",
    "threads": "Threads",
    "before anything was asked": "vor der ersten Anfrage",
    "looking up the name": "bei der Namensauflösung",
    "connecting": "beim Verbindungsaufbau",
    "in the TLS handshake": "im TLS-Handshake",
    "sending the request": "beim Senden der Anfrage",
    "waiting for the answer": "beim Warten auf die Antwort",
    ": the test ran over {address}, but {others}": ": Über {address} lief der Test, aber {others}",
    "{server} over {address}": "{server} über {address}",
    "{remedy}: verified, {proof}": "{remedy}: geprüft, {proof}",
    "{address} {result}": "{address} {result}",
    "{message} … {untried} more addresses, which were not tried": (
        "{message} … {untried} weitere Adressen, die nicht ausprobiert wurden"
    ),
    ": the test passed over {address}, but {others}": ": Über {address} ist der Test bestanden, aber {others}",
    "{first}. {second}": "{first}. {second}",
    "Another address of the host works: verified, {proof}": (
        "Eine andere Adresse des Hosts funktioniert: geprüft, {proof}"
    ),
    "{words}, as does {address}": "{words}, ebenso {address}",
    "{words}, as do {addresses}": "{words}, ebenso {addresses}",
    "{result} (used by this test)": "{result} (von diesem Test benutzt)",
    "1 more differs otherwise": "1 weitere weicht anders ab",
    "{count} more differ otherwise": "{count} weitere weichen anders ab",
    "{remedy}: clients that are led there fail": "{remedy}: Clients, die dorthin geraten, scheitern",
    "fails at the stage {stage} ({code})": "scheitert in der Phase {stage} ({code})",
    "Ask whoever runs {host} to repair {addresses}, or to remove their {kinds} records from the DNS": (
        "Bitten Sie den Betreiber von {host}, {addresses} zu reparieren oder die Einträge dazu ({kinds}) aus "
        "dem DNS zu entfernen"
    ),
    (
        "Have routes, firewalls and proxies between this machine and {addresses} checked, since {provider} "
        "serves many others at those addresses"
    ): (
        "Lassen Sie Routen, Firewalls und Proxys zwischen diesem Rechner und {addresses} prüfen, denn "
        "{provider} bedient unter diesen Adressen viele andere"
    ),
    "Ask whoever runs {host} why {addresses} refuse this machine, whose address may be blocked there": (
        "Fragen Sie den Betreiber von {host}, warum {addresses} diesen Rechner abweisen, dessen Adresse dort "
        "gesperrt sein kann"
    ),
    "a certificate for {names}, and not for {host}": "ein Zertifikat für {names} und nicht für {host}",
    "has no route from this machine, so nothing is known of it": (
        "hat von diesem Rechner aus keine Route, also ist nichts darüber bekannt"
    ),
    "has {certificate}": "hat {certificate}",
    "offers only AUTH {mechanisms}": "bietet nur AUTH {mechanisms} an",
    'answers "{reply}" at the stage {stage}': "antwortet „{reply}“ in der Phase {stage}",
    "closes the connection at the stage {stage}": "schließt die Verbindung in der Phase {stage}",
    "is secured otherwise": "ist anders gesichert",
    "{names} and {more} more": "{names} und {more} weitere",
    "Let the server listen on {addresses} too, or remove those from this machine's hosts file": (
        "Lassen Sie den Server auch auf {addresses} lauschen, oder entfernen Sie diese aus der hosts-Datei "
        "dieses Rechners"
    ),
    "Ask whoever runs {host} to repair {address}, or to remove its {kind} record from the DNS": (
        "Bitten Sie den Betreiber von {host}, {address} zu reparieren oder den {kind}-Eintrag dazu aus dem "
        "DNS zu entfernen"
    ),
    (
        "Have routes, firewalls and proxies between this machine and {address} checked, since {provider} "
        "serves many others at that address"
    ): (
        "Lassen Sie Routen, Firewalls und Proxys zwischen diesem Rechner und {address} prüfen, denn "
        "{provider} bedient unter dieser Adresse viele andere"
    ),
    "Ask whoever runs {host} why {address} refuses this machine, whose address may be blocked there": (
        "Fragen Sie den Betreiber von {host}, warum {address} diesen Rechner abweist, dessen Adresse dort "
        "gesperrt sein kann"
    ),
    "a certificate that can't be verified ({code})": "ein Zertifikat, das sich nicht prüfen lässt ({code})",
    "no name": "keinen Namen",
    "no login": "keine Anmeldung",
    "did not answer the connect in {seconds} s": "hat in {seconds} s nicht auf den Verbindungsaufbau geantwortet",
    "did not answer in {seconds} s at the stage {stage}": "hat in {seconds} s in der Phase {stage} nicht geantwortet",
    "{silent}, which may be too short": "{silent}, was zu kurz sein kann",
    "offers {login} instead of {other}": "bietet {login} statt {other} an",
    "Let the server listen on {address} too, or remove that from this machine's hosts file": (
        "Lassen Sie den Server auch auf {address} lauschen, oder entfernen Sie diese aus der hosts-Datei "
        "dieses Rechners"
    ),
    "knows only HELO": "kennt nur HELO",
    "knows EHLO": "kennt EHLO",
    "offers STARTTLS": "bietet STARTTLS an",
    "has a verified certificate": "hat ein geprüftes Zertifikat",
    "Then the certificate has to be put right as well: {bad}": (
        "Dann muss auch das Zertifikat in Ordnung gebracht werden: {bad}"
    ),
    (
        "The login was unencrypted: {mechanism} sends no password, but a listener can read the user and guess "
        "the password offline"
    ): (
        "Die Anmeldung war unverschlüsselt: {mechanism} sendet kein Passwort, aber ein Lauscher kann den "
        "Benutzer lesen und das Passwort offline erraten"
    ),
    "{server} offers one ({mechanisms}): whether it takes mail without is not known": (
        "{server} eine anbietet ({mechanisms}): Ob er ohne sie E-Mails annimmt, ist nicht bekannt"
    ),
    "the server took a message for {recipient}": "der Server hat eine Nachricht für {recipient} angenommen",
    ": it answered {reply}": ": Er hat geantwortet: {reply}",
    ": {detail}": ": {detail}",
    "it is for {names}": "es gilt für {names}",
    ": on {day}": ": am {day}",
    "User and password were sent unencrypted ({mechanism})": (
        "Benutzer und Passwort wurden unverschlüsselt gesendet ({mechanism})"
    ),
    "User and access token were sent unencrypted ({mechanism}): a listener can use it until it expires": (
        "Benutzer und Access-Token wurden unverschlüsselt gesendet ({mechanism}): Ein Lauscher kann es "
        "benutzen, bis es abläuft"
    ),
    "{limit} bytes": "{limit} Byte",
    "a password is stored: no user is set": "ein Passwort gespeichert ist: Es ist kein Benutzer gesetzt",
    "the server accepts user and password ({mechanism})": "der Server nimmt Benutzer und Passwort an ({mechanism})",
    "the server accepts the access token ({mechanism})": "der Server nimmt das Access-Token an ({mechanism})",
    "the server takes mail for {recipient}": "der Server nimmt E-Mails für {recipient} an",
    "No message was sent.": "Es wurde keine Nachricht gesendet.",
    "Make sure that {host} is the server that is meant: it is not {other}.": (
        "Vergewissern Sie sich, dass {host} der gemeinte Server ist: Es ist nicht {other}."
    ),
    "it names no host in subjectAltName": "es nennt in subjectAltName keinen Host",
    "the {role} certificate {subject} {problem}": "das {role} {subject}: {problem}",
    "the server takes mail from {sender}": "der Server nimmt E-Mails von {sender} an",
    "the server answers": "der Server antwortet",
    "the null sender": "dem leeren Absender",
    "the connection is encrypted": "die Verbindung ist verschlüsselt",
    "the connection stands": "die Verbindung steht",
    "Search for the server of an address with DiscoverSettings (mailproof discover ADDRESS).": (
        "Suchen Sie den Server einer Adresse mit DiscoverSettings (mailproof discover ADDRESS)."
    ),
    "None of {names} exists.": "Keiner von {names} existiert.",
    "{why}: try to set {changes}.": "{why}: Setzen Sie versuchsweise {changes}.",
    "Set {changes}.": "Setzen Sie {changes}.",
    "Try to set {changes}.": "Setzen Sie versuchsweise {changes}.",
    "{changes}, if clear text is acceptable on this network": (
        "{changes}, wenn Klartext in diesem Netz hinnehmbar ist"
    ),
    "Set {changes}: verified, {proof}": "Setzen Sie {changes}: geprüft, {proof}",
    "Did you mean {host}?": "Meinten Sie {host}?",
    "The login was sent to a server that may be somebody else's: if so, change the password.": (
        "Die Anmeldung wurde an einen Server gesendet, der jemand anderem gehören kann: Ändern Sie in diesem "
        "Fall das Passwort."
    ),
    "{host} does not exist either.": "{host} existiert auch nicht.",
    "{host} does not exist.": "{host} existiert nicht.",
    "{why}: set {changes}.": "{why}: Setzen Sie {changes}.",
    "That name exists, but its server could not be reached with these settings either.": (
        "Dieser Name existiert, aber auch sein Server war mit diesen Einstellungen nicht zu erreichen."
    ),
    "Set {changes}, which exists and was not tried.": (
        "Setzen Sie {changes}; dieser Host existiert und wurde nicht ausprobiert."
    ),
    ("Set {changes}; that name was not found from here either, so check the name servers of this machine as well."): (
        "Setzen Sie {changes}; auch dieser Name wurde von hier nicht gefunden, prüfen Sie also auch die "
        "Nameserver dieses Rechners."
    ),
    "whose certificate is for {names}, and not for {provider}": (
        "dessen Zertifikat für {names} gilt und nicht für {provider}"
    ),
    "which calls itself {name} in its greeting, and not {provider}": (
        "der sich in seiner Begrüßung {name} nennt und nicht {provider}"
    ),
    "tried {ports} and {last}": "ausprobiert: {ports} und {last}",
    "{name} ({kind})": "{name} ({kind})",
    "an authority that is not public ({issuer}), as virus scanners and proxies make them": (
        "einer Zertifizierungsstelle, die nicht öffentlich ist ({issuer}), wie Virenscanner und Proxys sie benutzen"
    ),
    "password": "Passwort",
    "client secret": "Client-Secret",
    "{where} answers and offers AUTH {mechanisms}.": "{where} antwortet und bietet AUTH {mechanisms} an.",
    "{where} answers and offers no authentication.": "{where} antwortet und bietet keine Anmeldung an.",
    "{where} answers.": "{where} antwortet.",
    "{where} can be reached.": "{where} ist erreichbar.",
    "TLS mode {mode} begins in clear text": "der TLS-Modus {mode} beginnt im Klartext",
    "TLS mode {mode} begins with TLS": "der TLS-Modus {mode} beginnt mit TLS",
    "TLS mode {mode} demands encryption": "der TLS-Modus {mode} verlangt Verschlüsselung",
    "these settings begin in clear text": "diese Einstellungen beginnen im Klartext",
    "these settings begin with TLS": "diese Einstellungen beginnen mit TLS",
    "these settings demand encryption": "diese Einstellungen verlangen Verschlüsselung",
    "{names} or {last}": "{names} oder {last}",
    "within {seconds} s": "innerhalb von {seconds} s",
    "in time": "rechtzeitig",
    " that this service may connect to": ", mit der sich dieser Dienst verbinden darf",
    "none": "keines",
    "the recipient": "den Empfänger",
    "the provider": "der Anbieter",
    "its issuer {issuer} is not among the certificates sent and not trusted here": (
        "der Aussteller {issuer} ist nicht unter den gesendeten Zertifikaten, und ihm wird hier nicht vertraut"
    ),
    "signed by itself and not trusted here": "selbstsigniert und hier nicht vertrauenswürdig",
    "is not for {name}": "gilt nicht für {name}",
    "not trusted here": "hier nicht vertrauenswürdig",
    "leads to an authority that is trusted here but not valid at the present date": (
        "führt zu einer Zertifizierungsstelle, der hier vertraut wird, die aber zurzeit nicht gültig ist"
    ),
    "expired on {day}": "abgelaufen am {day}",
    "not meant for servers": "nicht für Server bestimmt",
    "not allowed to sign other certificates": "darf keine anderen Zertifikate signieren",
    "key of {bits} bits": "Schlüssel von {bits} Bit",
    "signed with {digest}": "signiert mit {digest}",
    "its signature is not that of its issuer": "die Signatur ist nicht die des Ausstellers",
    "not valid before {day}": "nicht gültig vor dem {day}",
    "the addresses fail differently: {codes}": "die Adressen scheitern verschieden: {codes}",
    "redirects elsewhere, which is not followed": "leitet anderswohin um, dem wird nicht gefolgt",
    "does not answer in HTTP": "antwortet nicht in HTTP",
    "broke the connection": "hat die Verbindung abgebrochen",
    "may not be asked: the egress policy forbids it": "darf nicht gefragt werden: Die Egress-Richtlinie verbietet es",
    "has no address that may be asked": "hat keine Adresse, die gefragt werden darf",
    "has no address": "hat keine Adresse",
    "does not answer on port {port}": "antwortet nicht auf Port {port}",
    "has no valid certificate for that name": "hat kein gültiges Zertifikat für diesen Namen",
    "can't be checked: the extra trust anchors are no good": (
        "lässt sich nicht prüfen: Die zusätzlichen Vertrauensanker taugen nichts"
    ),
    "answers with more than {value} KiB": "antwortet mit mehr als {value} KiB",
    "does not speak TLS": "spricht kein TLS",
    "answers compressed, which was not asked for": "antwortet komprimiert, worum nicht gebeten wurde",
    "more than {max_received} bytes": "mehr als {max_received} Byte",
    "the server showed another certificate than on the connection before, so nothing was sent to it": (
        "der Server hat ein anderes Zertifikat gezeigt als auf der Verbindung davor, also wurde ihm nichts gesendet"
    ),
    "it did not answer in time": "er hat nicht rechtzeitig geantwortet",
    "the extra trust anchors can't be used: {error}": (
        "die zusätzlichen Vertrauensanker sind nicht benutzbar: {error}"
    ),
    "{host}: {detail}": "{host}: {detail}",
    "{host} did not answer in time": "{host} hat nicht rechtzeitig geantwortet",
    "the token endpoint": "der Token-Endpunkt",
    "{host} {error}": "{host} {error}",
    "no certificate authority is trusted here": "hier wird keiner Zertifizierungsstelle vertraut",
    "the server agreed to STARTTLS but goes on in clear": (
        "der Server hat STARTTLS zugestimmt, macht aber im Klartext weiter"
    ),
    "the host name can't be used with TLS": "der Hostname ist mit TLS nicht benutzbar",
    "the answer is no TLS": "die Antwort ist kein TLS",
    "the server asked for more than {mechanism} has to say": (
        "der Server hat mehr gefragt, als {mechanism} zu sagen hat"
    ),
    "STARTTLS was offered on the connection before and is not on this one, so nothing was sent over it": (
        "STARTTLS wurde auf der Verbindung davor angeboten und auf dieser nicht, also wurde nichts darüber gesendet"
    ),
    "the server sent a reply to no command": "der Server hat auf keinen Befehl hin eine Antwort gesendet",
    "its CRAM-MD5 challenge is empty or no base64": "seine CRAM-MD5-Challenge ist leer oder kein base64",
    "holds a character that SASLprep forbids": "hat ein Zeichen, das SASLprep verbietet",
    "mixes directions of writing as SASLprep forbids": "mischt Schreibrichtungen, wie SASLprep es verbietet",
    "its SCRAM message is too long": "seine SCRAM-Nachricht ist zu lang",
    "it demands an extension of SCRAM that nobody knows": "er verlangt eine Erweiterung von SCRAM, die niemand kennt",
    "its first SCRAM message is malformed": "seine erste SCRAM-Nachricht ist fehlerhaft",
    "its SCRAM nonce does not continue ours": "seine SCRAM-Nonce setzt unsere nicht fort",
    "it wants {count} iterations, and {max_iterations} are the most that we do": (
        "er will {count} Iterationen, und wir machen höchstens {max_iterations}"
    ),
    "it can't prove that it knows the password (wrong SCRAM server signature)": (
        "er kann nicht beweisen, dass er das Passwort kennt (falsche SCRAM-Serversignatur)"
    ),
    "it sees another TLS session than we do (SCRAM error {error})": (
        "er sieht eine andere TLS-Sitzung als wir (SCRAM-Fehler {error})"
    ),
    "SCRAM error {error}": "SCRAM-Fehler {error}",
    "{size} bytes, and it takes {limit}": "{size} Byte, und er nimmt {limit}",
    "a reply does not begin with a code of three digits": (
        "eine Antwort beginnt nicht mit einem Code aus drei Ziffern"
    ),
    "the first bytes are no SMTP greeting": "die ersten Bytes sind keine SMTP-Begrüßung",
    "the server sent more than {max_total} bytes": "der Server hat mehr als {max_total} Byte gesendet",
    "a refusal is longer than {max_refusal} bytes": "eine Ablehnung ist länger als {max_refusal} Byte",
    "a reply has more than {max_lines} lines": "eine Antwort hat mehr als {max_lines} Zeilen",
    "the lines of one reply have different codes": "die Zeilen einer Antwort haben verschiedene Codes",
    "a reply line is longer than {max_line} bytes": "eine Antwortzeile ist länger als {max_line} Byte",
    "the server speaks TLS from the first byte": "der Server spricht TLS ab dem ersten Byte",
    "leaf": "Serverzertifikat",
    "intermediate": "Zwischenzertifikat",
    "root": "Wurzelzertifikat",
    "can't be verified: no certificate authority is trusted here": (
        "lässt sich nicht prüfen: Hier wird keiner Zertifizierungsstelle vertraut"
    ),
    "What to do:": "Was zu tun ist:",
    "Since it worked:": "Seit es funktioniert hat:",
    "Certificate:": "Zertifikat:",
    "Warning {code}:": "Warnung {code}:",
    "No change of the settings is known to help.": "Es ist keine Änderung der Einstellungen bekannt, die hilft.",
    "With the fix:": "Mit der Korrektur:",
    "With the fix, which was not tried:": "Mit der Korrektur, die nicht ausprobiert wurde:",
    "Addresses of the host:": "Adressen des Hosts:",
}
"""English template -> German template."""
