"""The German templates of the codes of the login. Only data. Pure."""

from __future__ import annotations

LOGIN: dict[str, str] = {
    "{server} offers no authentication.": "{server} bietet keine Anmeldung an.",
    ("Leave user and password out if this relay needs none, or have authentication enabled on the server."): (
        "Lassen Sie Benutzer und Passwort weg, wenn dieses Relay keine braucht, oder lassen Sie die Anmeldung "
        "auf dem Server einschalten."
    ),
    "{server} takes no login on this port{reply}.": "{server} nimmt auf diesem Port keine Anmeldung an{reply}.",
    (
        "Use the port for logins that its answer or its provider names, or have authentication enabled there; "
        "leave user and password out only if this relay needs none."
    ): (
        "Benutzen Sie den Port für Anmeldungen, den die Antwort oder der Anbieter nennt, oder lassen Sie die "
        "Anmeldung dort einschalten; lassen Sie Benutzer und Passwort nur weg, wenn dieses Relay keine "
        "braucht."
    ),
    "{server} refused the login{reply}.": "{server} hat die Anmeldung abgelehnt{reply}.",
    ("{server} offers no authentication mechanism that is possible here: it has {mechanisms}; possible: {spoken}."): (
        "{server} bietet kein Anmeldeverfahren an, das hier möglich ist: angeboten: {mechanisms}; möglich: {spoken}."
    ),
    "Have one of the mechanisms that are possible here enabled on the server.": (
        "Lassen Sie eines der hier möglichen Anmeldeverfahren auf dem Server einschalten."
    ),
    "{server} refused the login by {mechanism}{reply}.": (
        "{server} hat die Anmeldung mit {mechanism} abgelehnt{reply}."
    ),
    "{server} accepts a login only inside TLS{reply}.": (
        "{server} nimmt eine Anmeldung nur innerhalb von TLS an{reply}."
    ),
    "Have TLS enabled on the server, or use one that offers it: it takes no login without.": (
        "Lassen Sie TLS auf dem Server einschalten, oder benutzen Sie einen, der es anbietet: Ohne TLS nimmt "
        "er keine Anmeldung an."
    ),
    "{server} takes no mail without authentication{reply}.": "{server} nimmt ohne Anmeldung keine E-Mails an{reply}.",
    "Set user and password.": "Setzen Sie Benutzer und Passwort.",
    "Set user and password, on a port of the server that offers authentication.": (
        "Setzen Sie Benutzer und Passwort, auf einem Port des Servers, der eine Anmeldung anbietet."
    ),
    "The login was accepted before: ask the provider whether this account may send from this sender.": (
        "Die Anmeldung wurde vorher angenommen: Fragen Sie den Anbieter, ob dieses Konto mit diesem Absender "
        "senden darf."
    ),
    "A login is set, and the server asked for none before: ask its operator which login it wants.": (
        "Eine Anmeldung ist eingestellt, und der Server hat vorher keine verlangt: Fragen Sie seinen "
        "Betreiber, welche Anmeldung er will."
    ),
    "{server} refuses user and password{reply}.": "{server} lehnt Benutzer und Passwort ab{reply}.",
    (
        "Check the user (often the full address, or a word such as apikey) and the password (often an API "
        "key, or an app password where the account has two-step login)."
    ): (
        "Prüfen Sie den Benutzer (oft die vollständige Adresse oder ein Wort wie apikey) und das Passwort "
        "(oft ein API-Schlüssel oder, wo das Konto eine Anmeldung in zwei Schritten hat, ein App-Passwort)."
    ),
    "{server} refuses the login{reply}.": "{server} lehnt die Anmeldung ab{reply}.",
    (
        "The reason is not known here: do what the answer asks for, where it does. User and password may be "
        "right; the provider's support can tell from its log."
    ): (
        "Der Grund ist hier nicht bekannt: Tun Sie, was die Antwort verlangt, wo sie etwas verlangt. Benutzer "
        "und Passwort können richtig sein; der Support des Anbieters sieht es in seinem Protokoll."
    ),
    "Check the access token and the user that it was given for.": (
        "Prüfen Sie das Access-Token und den Benutzer, für den es ausgestellt wurde."
    ),
    "{server} wants the password to be changed before it can be used{reply}.": (
        "{server} verlangt, dass das Passwort geändert wird, bevor es benutzt werden kann{reply}."
    ),
    (
        "Change the account's password where the provider has that done (webmail or account settings), and "
        "set the new one here."
    ): (
        "Ändern Sie das Passwort des Kontos dort, wo der Anbieter das vorsieht (Webmail oder "
        "Kontoeinstellungen), und setzen Sie hier das neue."
    ),
    "{server} wants an app password instead of the account's own{reply}.": (
        "{server} verlangt ein App-Passwort anstelle des Passworts des Kontos{reply}."
    ),
    (
        "Create an app password (also called authorisation code) in the account's security settings and set "
        "it as the password."
    ): (
        "Erzeugen Sie in den Sicherheitseinstellungen des Kontos ein App-Passwort (auch Autorisierungscode "
        "genannt) und setzen Sie es als Passwort."
    ),
    "{server} wants the account's owner to log in with a web browser first{reply}.": (
        "{server} verlangt, dass sich der Inhaber des Kontos zuerst mit einem Webbrowser anmeldet{reply}."
    ),
    (
        "Log in to the account in a browser, confirm what it asks, and test again; or set an app password or OAuth 2.0."
    ): (
        "Melden Sie sich in einem Browser an dem Konto an, bestätigen Sie, was es fragt, und testen Sie "
        "erneut; oder setzen Sie ein App-Passwort oder OAuth 2.0."
    ),
    "{server} does not accept passwords for this account{reply}.": (
        "{server} nimmt für dieses Konto keine Passwörter an{reply}."
    ),
    (
        "Set the authentication to OAuth 2.0, or have authenticated SMTP with a password enabled for the "
        "account by its administrator."
    ): (
        "Setzen Sie die Authentifizierung auf OAuth 2.0, oder lassen Sie die SMTP-Anmeldung mit Passwort von "
        "der Administration für das Konto einschalten."
    ),
    "Sending over SMTP is switched off for this account at {server}{reply}.": (
        "Das Senden über SMTP ist für dieses Konto bei {server} ausgeschaltet{reply}."
    ),
    (
        "Switch SMTP on in the account's settings (often under POP3, IMAP and SMTP), or choose a plan that includes it."
    ): (
        "Schalten Sie SMTP in den Einstellungen des Kontos ein (oft unter POP3, IMAP und SMTP), oder wählen "
        "Sie einen Tarif, der es enthält."
    ),
    "{server} does not let this account log in from the address that this test connects from{reply}.": (
        "{server} lässt dieses Konto sich von der Adresse, von der dieser Test ausgeht, nicht anmelden{reply}."
    ),
    (
        "Allow that address, or its country, for the account at the provider (IP or country rules, conditional access)."
    ): (
        "Erlauben Sie diese Adresse oder ihr Land für das Konto beim Anbieter (IP- oder Länderregeln, "
        "bedingter Zugriff)."
    ),
    "{server} takes no login for now, after too many tries{reply}.": (
        "{server} nimmt nach zu vielen Versuchen vorerst keine Anmeldung an{reply}."
    ),
    (
        "Stop other programs that log in with a wrong password, wait (often 15 minutes to some hours), then "
        "test once; the password itself may be right."
    ): (
        "Halten Sie andere Programme an, die sich mit einem falschen Passwort anmelden, warten Sie (oft 15 "
        "Minuten bis einige Stunden) und testen Sie dann einmal; das Passwort selbst kann richtig sein."
    ),
    "{server} can't check the login right now{reply}.": "{server} kann die Anmeldung gerade nicht prüfen{reply}.",
    (
        "Try again in a few minutes. If the same answer comes again, check the login and what the answer "
        "names, or ask the server's operator."
    ): (
        "Versuchen Sie es in einigen Minuten erneut. Kommt dieselbe Antwort wieder, prüfen Sie die Anmeldung "
        "und was die Antwort nennt, oder fragen Sie den Betreiber des Servers."
    ),
    "No access token could be had from the token endpoint{detail}.": (
        "Vom Token-Endpunkt war kein Access-Token zu bekommen{detail}."
    ),
    "Check token endpoint, client id, client secret and scopes.": (
        "Prüfen Sie Token-Endpunkt, Client-ID, Client-Secret und Scopes."
    ),
    "{server} does not let this account or its domain send as it is now{reply}.": (
        "{server} lässt dieses Konto oder seine Domain im jetzigen Zustand nicht senden{reply}."
    ),
    (
        "Do what its answer or the provider's web console asks for (activate, verify, pay, choose a plan). "
        "After unusual activity: check that nobody misuses the account, change its password, and have the "
        "provider's support lift the restriction."
    ): (
        "Tun Sie, was die Antwort oder die Webkonsole des Anbieters verlangt (aktivieren, bestätigen, "
        "bezahlen, einen Tarif wählen). Nach ungewöhnlicher Aktivität: Prüfen Sie, ob niemand das Konto "
        "missbraucht, ändern Sie sein Passwort, und lassen Sie die Einschränkung vom Support des Anbieters "
        "aufheben."
    ),
    "{server} says that this account or key lacks the permission to send this{reply}.": (
        "{server} sagt, dass diesem Konto oder Schlüssel die Berechtigung fehlt, dies zu senden{reply}."
    ),
    (
        "Give the account or the API key the permission to send (for this sender's domain, where its answer "
        "names one) at the provider, or set one that has it."
    ): (
        "Geben Sie dem Konto oder dem API-Schlüssel beim Anbieter die Berechtigung zu senden (für die Domain "
        "dieses Absenders, wo die Antwort eine nennt), oder setzen Sie einen, der sie hat."
    ),
    "A sending limit of {server} is reached{reply}.": "Eine Versandgrenze von {server} ist erreicht{reply}.",
    (
        "Do what its answer asks: wait until the limit starts anew, buy credits, or choose a larger plan; or "
        "send fewer mails, to fewer recipients at once."
    ): (
        "Tun Sie, was die Antwort verlangt: Warten Sie, bis die Grenze neu beginnt, kaufen Sie Guthaben, oder "
        "wählen Sie einen größeren Tarif; oder senden Sie weniger E-Mails, an weniger Empfänger zugleich."
    ),
}
"""English template -> German template."""
