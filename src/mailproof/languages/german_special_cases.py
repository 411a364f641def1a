"""The German templates of the special cases, and of the hints on what was typed. Only data. Pure."""

from __future__ import annotations

SPECIAL_CASES: dict[str, str] = {
    ("Give the mailbox {user} the permission Send As for {sender} in Exchange, or set the sender to {user}."): (
        "Geben Sie dem Postfach {user} in Exchange die Berechtigung „Senden als“ für {sender}, oder setzen "
        "Sie den Absender auf {user}."
    ),
    ("Give the mailbox {user} the permission Send As for {sender} in Exchange, or set sender_address to {user}."): (
        "Geben Sie dem Postfach {user} in Exchange die Berechtigung „Senden als“ für {sender}, oder setzen "
        "Sie sender_address auf {user}."
    ),
    (
        "Ask Microsoft to take the address that this test connects from off its list "
        "(https://sender.office.com), or send through a relay whose address is not listed."
    ): (
        "Bitten Sie Microsoft, die Adresse, von der dieser Test ausgeht, von seiner Liste zu nehmen "
        "(https://sender.office.com), oder senden Sie über ein Relay, dessen Adresse nicht darauf steht."
    ),
    (
        "Set the password to the authorisation code (授权码) that the mailbox's settings give where SMTP is "
        "switched on: the account's own password is not taken."
    ): (
        "Setzen Sie das Passwort auf den Autorisierungscode (授权码), den die Einstellungen des Postfachs dort "
        "geben, wo SMTP eingeschaltet wird: Das Passwort des Kontos selbst wird nicht angenommen."
    ),
    (
        "Check the user (the full address) and the password, and allow POP3 and IMAP in the mailbox's "
        "settings: without that, and for accounts with two-factor authentication without an app password, the "
        "login is refused."
    ): (
        "Prüfen Sie den Benutzer (die vollständige Adresse) und das Passwort, und erlauben Sie POP3 und IMAP "
        "in den Einstellungen des Postfachs: Ohne das, und bei Konten mit Zwei-Faktor-Authentifizierung ohne "
        "ein App-Passwort, wird die Anmeldung abgelehnt."
    ),
    (
        "Check that the token is for the scope https://outlook.office365.com/.default (or SMTP.Send of a "
        "user), that the application's service principal is registered in Exchange with access to the "
        "mailbox, and that user is that mailbox."
    ): (
        "Prüfen Sie, ob das Token für den Scope https://outlook.office365.com/.default (oder SMTP.Send eines "
        "Benutzers) gilt, ob der Dienstprinzipal der Anwendung in Exchange mit Zugriff auf das Postfach "
        "registriert ist und ob der Benutzer dieses Postfach ist."
    ),
    (
        "Have authenticated SMTP enabled for the whole organisation in Exchange Online (Set-TransportConfig "
        "-SmtpClientAuthenticationDisabled $false), or for this mailbox alone; passwords are being retired, "
        "so OAuth 2.0 is the lasting answer."
    ): (
        "Lassen Sie die SMTP-Anmeldung in Exchange Online für die ganze Organisation einschalten "
        "(Set-TransportConfig -SmtpClientAuthenticationDisabled $false) oder nur für dieses Postfach; "
        "Passwörter laufen dort aus, also ist OAuth 2.0 die Lösung von Dauer."
    ),
    (
        "Have authenticated SMTP enabled for this mailbox in Exchange Online (Set-CASMailbox "
        "-SmtpClientAuthenticationDisabled $false), or set the authentication to OAuth 2.0."
    ): (
        "Lassen Sie die SMTP-Anmeldung in Exchange Online für dieses Postfach einschalten (Set-CASMailbox "
        "-SmtpClientAuthenticationDisabled $false), oder setzen Sie die Authentifizierung auf OAuth 2.0."
    ),
    (
        "Set the authentication to OAuth 2.0, or have the organisation's security defaults (Microsoft Entra) "
        "replaced by conditional access that lets this account use SMTP."
    ): (
        "Setzen Sie die Authentifizierung auf OAuth 2.0, oder lassen Sie die Sicherheitsstandards der "
        "Organisation (Microsoft Entra) durch bedingten Zugriff ersetzen, der dieses Konto SMTP benutzen "
        "lässt."
    ),
    "Set the authentication to OAuth 2.0: Exchange Online takes no passwords for sending any more.": (
        "Setzen Sie die Authentifizierung auf OAuth 2.0: Exchange Online nimmt zum Senden keine Passwörter mehr an."
    ),
    "{server} did not answer the authentication.": "{server} hat nicht auf die Anmeldung geantwortet.",
    (
        "Check user and password first: Microsoft answers refused credentials, and accounts without "
        "authenticated SMTP, with silence. Enable authenticated SMTP for the mailbox, or set the "
        "authentication to OAuth 2.0."
    ): (
        "Prüfen Sie zuerst Benutzer und Passwort: Microsoft antwortet auf abgelehnte Zugangsdaten und auf "
        "Konten ohne SMTP-Anmeldung mit Schweigen. Schalten Sie die SMTP-Anmeldung für das Postfach ein, oder "
        "setzen Sie die Authentifizierung auf OAuth 2.0."
    ),
    "Set the authentication to OAuth 2.0: Outlook.com takes no passwords.": (
        "Setzen Sie die Authentifizierung auf OAuth 2.0: Outlook.com nimmt keine Passwörter an."
    ),
    (
        "Check user (the mailbox's full address) and password; multi-factor accounts need OAuth 2.0, and "
        "authenticated SMTP must be enabled for the mailbox."
    ): (
        "Prüfen Sie Benutzer (die vollständige Adresse des Postfachs) und Passwort; Konten mit mehreren "
        "Faktoren brauchen OAuth 2.0, und die SMTP-Anmeldung muss für das Postfach eingeschaltet sein."
    ),
    (
        "Check that the token is fresh, that it is for the scope https://mail.google.com/, and that user is "
        "the account that it was given for."
    ): (
        "Prüfen Sie, ob das Token frisch ist, ob es für den Scope https://mail.google.com/ gilt und ob der "
        "Benutzer das Konto ist, für das es ausgestellt wurde."
    ),
    (
        "Create an app password at https://myaccount.google.com/apppasswords and set it as the password, "
        "without spaces; or set the authentication to OAuth 2.0."
    ): (
        "Erzeugen Sie unter https://myaccount.google.com/apppasswords ein App-Passwort und setzen Sie es ohne "
        "Leerzeichen als Passwort; oder setzen Sie die Authentifizierung auf OAuth 2.0."
    ),
    (
        "Log in to the account in a browser and open https://accounts.google.com/DisplayUnlockCaptcha; then "
        "set an app password as the password, or OAuth 2.0 as the authentication."
    ): (
        "Melden Sie sich in einem Browser an dem Konto an und öffnen Sie "
        "https://accounts.google.com/DisplayUnlockCaptcha; setzen Sie dann ein App-Passwort als Passwort oder "
        "OAuth 2.0 als Authentifizierung."
    ),
    (
        "Set the user to the full address and the password to an app password "
        "(https://myaccount.google.com/apppasswords): Google does not take the account's own; or use OAuth "
        "2.0."
    ): (
        "Setzen Sie den Benutzer auf die vollständige Adresse und das Passwort auf ein App-Passwort "
        "(https://myaccount.google.com/apppasswords): Google nimmt das des Kontos nicht an; oder benutzen Sie "
        "OAuth 2.0."
    ),
    ("Set the user to the full address and the password to an app password of the account's security settings."): (
        "Setzen Sie den Benutzer auf die vollständige Adresse und das Passwort auf ein App-Passwort aus den "
        "Sicherheitseinstellungen des Kontos."
    ),
    ("Set the user to the address and the password to an SMTP token of it: the account's password does not do."): (
        "Setzen Sie den Benutzer auf die Adresse und das Passwort auf ein SMTP-Token dieser Adresse: Das "
        "Passwort des Kontos taugt dafür nicht."
    ),
    (
        "Set user and password to SMTP credentials of this very region: they are not the access keys of IAM, "
        "but made from them in the console of SES."
    ): (
        "Setzen Sie Benutzer und Passwort auf SMTP-Zugangsdaten genau dieser Region: Es sind nicht die "
        "Zugriffsschlüssel von IAM, sondern in der Konsole von SES daraus erzeugte."
    ),
    (
        "Verify the sender's address or domain in SES in this very region; while the account is in the "
        "sandbox, the recipient's as well."
    ): (
        "Bestätigen Sie die Adresse oder Domain des Absenders in SES genau in dieser Region; solange das "
        "Konto in der Sandbox ist, auch die des Empfängers."
    ),
    "The password is the API key.": "Das Passwort ist der API-Schlüssel.",
    "Set the password to an API key that has the permission Mail Send.": (
        "Setzen Sie das Passwort auf einen API-Schlüssel, der die Berechtigung Mail Send hat."
    ),
    "The password is an API key with the permission Send via SMTP.": (
        "Das Passwort ist ein API-Schlüssel mit der Berechtigung Send via SMTP."
    ),
    ("Set user and password both to the server's API token, or to access key and secret of an SMTP token."): (
        "Setzen Sie Benutzer und Passwort beide auf das API-Token des Servers oder auf Zugriffsschlüssel und "
        "Geheimnis eines SMTP-Tokens."
    ),
    ("Set the user to the login shown under SMTP & API, and the password to an SMTP key: an API key does not do."): (
        "Setzen Sie den Benutzer auf den Login, der unter SMTP & API steht, und das Passwort auf einen "
        "SMTP-Schlüssel: Ein API-Schlüssel taugt dafür nicht."
    ),
    (
        "Set user and password to SMTP credentials of the sending domain; those of the EU region need the "
        "host smtp.eu.mailgun.org."
    ): (
        "Setzen Sie Benutzer und Passwort auf SMTP-Zugangsdaten der sendenden Domain; die der EU-Region "
        "brauchen den Host smtp.eu.mailgun.org."
    ),
    "Set the user to the API key and the password to the secret key.": (
        "Setzen Sie den Benutzer auf den API-Schlüssel und das Passwort auf den geheimen Schlüssel."
    ),
    "Set the password to an API key of Mailchimp Transactional.": (
        "Setzen Sie das Passwort auf einen API-Schlüssel von Mailchimp Transactional."
    ),
    "{server} refuses the access token of {user}{reply}.": "{server} lehnt das Access-Token von {user} ab{reply}.",
    (
        "Check that the token has not expired, that its scope allows sending over SMTP, and that user is the "
        "account that it was given for."
    ): (
        "Prüfen Sie, ob das Token nicht abgelaufen ist, ob sein Scope das Senden über SMTP erlaubt und ob der "
        "Benutzer das Konto ist, für das es ausgestellt wurde."
    ),
    (
        "Check user and password; if they are right, set the mechanism to {weaker}: this server may be unable "
        "to check this password with {mechanism}."
    ): (
        "Prüfen Sie Benutzer und Passwort; wenn sie stimmen, setzen Sie das Anmeldeverfahren auf {weaker}: "
        "Dieser Server kann dieses Passwort womöglich nicht mit {mechanism} prüfen."
    ),
    (
        "Check user and password; if they are right, have {mechanism} switched off on the server: it may be "
        "unable to check this password with it."
    ): (
        "Prüfen Sie Benutzer und Passwort; wenn sie stimmen, lassen Sie {mechanism} auf dem Server "
        "ausschalten: Er kann dieses Passwort womöglich nicht damit prüfen."
    ),
    (
        "Have basic authentication enabled on the receive connector of Exchange (it shows inside TLS alone, "
        "so not with TLS mode none), or use a connector that takes this machine's address without a login."
    ): (
        "Lassen Sie die Standardauthentifizierung (basic authentication) auf dem Empfangsconnector von "
        "Exchange einschalten (sie zeigt sich nur innerhalb von TLS, also nicht mit dem TLS-Modus none), oder "
        "benutzen Sie einen Connector, der die Adresse dieses Rechners ohne Anmeldung annimmt."
    ),
    (
        "Have basic authentication enabled on the receive connector of Exchange (it shows inside TLS alone, "
        "so set tls to true), or use a connector that takes the address of this service without a login."
    ): (
        "Lassen Sie die Standardauthentifizierung (basic authentication) auf dem Empfangsconnector von "
        "Exchange einschalten (sie zeigt sich nur innerhalb von TLS, setzen Sie also tls auf true), oder "
        "benutzen Sie einen Connector, der die Adresse dieses Dienstes ohne Anmeldung annimmt."
    ),
    "Set the authentication to OAuth 2.0: the server takes nothing else that is possible here.": (
        "Setzen Sie die Authentifizierung auf OAuth 2.0: Der Server nimmt nichts anderes an, was hier möglich ist."
    ),
    "Set a password in place of the access token, or have OAuth 2.0 enabled on the server.": (
        "Setzen Sie ein Passwort anstelle des Access-Tokens, oder lassen Sie OAuth 2.0 auf dem Server einschalten."
    ),
    "{server} offers {mechanism} but does not go through with it{detail}{reply}.": (
        "{server} bietet {mechanism} an, führt es aber nicht zu Ende{detail}{reply}."
    ),
    (
        "Use a way to log in that the server's answer or its provider names, or have {mechanism} repaired by "
        "the operator."
    ): (
        "Benutzen Sie eine Art der Anmeldung, die die Antwort des Servers oder sein Anbieter nennt, oder "
        "lassen Sie {mechanism} vom Betreiber reparieren."
    ),
    ("The {secret} has the form of an app password with the spaces that it is shown with: set it without them."): (
        "Das {secret} hat die Form eines App-Passworts mit den Leerzeichen, mit denen es angezeigt wird: "
        "Setzen Sie es ohne sie."
    ),
    ("The {secret} begins or ends with a line break, which a file or the clipboard may have added: set it without."): (
        "Das {secret} beginnt oder endet mit einem Zeilenumbruch, den eine Datei oder die Zwischenablage "
        "hinzugefügt haben kann: Setzen Sie es ohne ihn."
    ),
    "The {secret} begins or ends with a blank, which is easily pasted along with it: set it without.": (
        "Das {secret} beginnt oder endet mit einem Leerzeichen, das leicht mit eingefügt wird: Setzen Sie es "
        "ohne dieses."
    ),
    (
        "The {secret} has a no-break space or another character that can't be seen, as pages and chats put "
        "them in: type it anew."
    ): (
        "Das {secret} hat ein geschütztes Leerzeichen oder ein anderes unsichtbares Zeichen, wie Webseiten "
        "und Chats sie einfügen: Tippen Sie es neu ein."
    ),
    (
        "The {secret} has a curly quotation mark, a long dash or a full-width letter, as word processors put "
        "them in place of plain ones: type it anew."
    ): (
        "Das {secret} hat ein typografisches Anführungszeichen, einen langen Strich oder einen Buchstaben "
        "voller Breite, wie Textprogramme sie anstelle der einfachen setzen: Tippen Sie es neu ein."
    ),
    "The user has a blank or a character that can't be seen: set it without, unless it belongs there.": (
        "Der Benutzer hat ein Leerzeichen oder ein unsichtbares Zeichen: Setzen Sie ihn ohne dieses, sofern "
        "es nicht dazugehört."
    ),
    "The user has no domain, and the sender has one": "Der Benutzer hat keine Domain, und der Absender hat eine",
    "The user has no domain, and {provider} takes the full address.": (
        "Der Benutzer hat keine Domain, und {provider} nimmt die vollständige Adresse."
    ),
}
"""English template -> German template."""
