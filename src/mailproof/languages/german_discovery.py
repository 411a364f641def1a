"""The German templates of the search for settings, and the advice of known providers. Only data. Pure."""

from __future__ import annotations

DISCOVERY: dict[str, str] = {
    (
        "Google refuses the account's password: use OAuth 2.0 (scope https://mail.google.com/), or an app "
        "password, which needs 2-Step Verification."
    ): (
        "Google lehnt das Passwort des Kontos ab: Benutzen Sie OAuth 2.0 (Scope https://mail.google.com/) "
        "oder ein App-Passwort, das die Bestätigung in zwei Schritten voraussetzt."
    ),
    (
        "The relay must be switched on in the Workspace console, for your IP address or for SMTP AUTH; it "
        "refuses the EHLO name localhost."
    ): (
        "Das Relay muss in der Workspace-Konsole eingeschaltet werden, für Ihre IP-Adresse oder für SMTP "
        "AUTH; es lehnt den EHLO-Namen localhost ab."
    ),
    (
        "SMTP AUTH must be enabled for the mailbox. Use OAuth 2.0 (scope "
        "https://outlook.office365.com/SMTP.Send): passwords are switched off by default from the end of "
        "2026."
    ): (
        "SMTP AUTH muss für das Postfach eingeschaltet sein. Benutzen Sie OAuth 2.0 (Scope "
        "https://outlook.office365.com/SMTP.Send): Passwörter sind ab Ende 2026 standardmäßig ausgeschaltet."
    ),
    "Microsoft takes OAuth 2.0 alone for personal accounts.": "Microsoft nimmt für private Konten nur OAuth 2.0.",
    "Use an app-specific password. The server refuses the EHLO name localhost.": (
        "Benutzen Sie ein anwendungsspezifisches Passwort. Der Server lehnt den EHLO-Namen localhost ab."
    ),
    "Use OAuth 2.0 or an app password; the account's password is refused.": (
        "Benutzen Sie OAuth 2.0 oder ein App-Passwort; das Passwort des Kontos wird abgelehnt."
    ),
    "Use an app password; the account's password is refused.": (
        "Benutzen Sie ein App-Passwort; das Passwort des Kontos wird abgelehnt."
    ),
    "With two-factor authentication use an app password, not the account's password.": (
        "Benutzen Sie bei Zwei-Faktor-Authentifizierung ein App-Passwort und nicht das Passwort des Kontos."
    ),
    "A free plan has smtp.{region} instead.": "Ein kostenloser Tarif hat stattdessen smtp.{region}.",
    "The password is an SMTP token of the address, which Proton gives for custom domains of paid plans.": (
        "Das Passwort ist ein SMTP-Token der Adresse, das Proton für eigene Domains bezahlter Tarife gibt."
    ),
    "Sending by programs must be allowed in the mailbox's settings.": (
        "Das Senden durch Programme muss in den Einstellungen des Postfachs erlaubt werden."
    ),
    "Use an app password.": "Benutzen Sie ein App-Passwort.",
    "Use SMTP credentials of this region, which are no IAM access keys. The sender must be verified.": (
        "Benutzen Sie SMTP-Zugangsdaten dieser Region, die keine IAM-Zugriffsschlüssel sind. Der Absender "
        "muss bestätigt sein."
    ),
    "The user is literally apikey, the password an API key.": (
        "Der Benutzer ist wörtlich apikey, das Passwort ein API-Schlüssel."
    ),
    "The SMTP credentials belong to the domain (postmaster@domain). US and EU are separate.": (
        "Die SMTP-Zugangsdaten gehören zur Domain (postmaster@domain). US und EU sind getrennt."
    ),
    "User and password are both the server's API token.": (
        "Benutzer und Passwort sind beide das API-Token des Servers."
    ),
    "The user is the API key, the password the secret key.": (
        "Der Benutzer ist der API-Schlüssel, das Passwort der geheime Schlüssel."
    ),
    "The password is an SMTP key, not an API key.": "Das Passwort ist ein SMTP-Schlüssel und kein API-Schlüssel.",
    "The user is literally SMTP_Injection, the password an API key.": (
        "Der Benutzer ist wörtlich SMTP_Injection, das Passwort ein API-Schlüssel."
    ),
    "The user is literally resend, the password an API key.": (
        "Der Benutzer ist wörtlich resend, das Passwort ein API-Schlüssel."
    ),
    "User and password are generated for the domain.": "Benutzer und Passwort werden für die Domain erzeugt.",
    "The user is any text, the password an API key.": (
        "Der Benutzer ist ein beliebiger Text, das Passwort ein API-Schlüssel."
    ),
    "The user is literally api, the password an API token.": (
        "Der Benutzer ist wörtlich api, das Passwort ein API-Token."
    ),
    "A test service: delivers nothing.": "Ein Testdienst: stellt nichts zu.",
    "implicit TLS": "implizitem TLS",
    "STARTTLS": "STARTTLS",
    "opportunistic TLS": "opportunistischem TLS",
    (
        "It is published as a server without encryption: unless it offers STARTTLS, the password travels in "
        "clear text. Ask for one with TLS."
    ): (
        "Er ist als Server ohne Verschlüsselung veröffentlicht: Wenn er kein STARTTLS anbietet, wird das "
        "Passwort im Klartext übertragen. Fragen Sie nach einem mit TLS."
    ),
    "The domain's own settings file": "Die eigene Einstellungsdatei der Domain",
    "The domain's own Autodiscover": "Das eigene Autodiscover der Domain",
    "Mozilla's database": "Die Datenbank von Mozilla",
    "The settings file of {domain} names it.": "Die Einstellungsdatei von {domain} nennt ihn.",
    "An SRV record of {site}, {relation}, names it.": "Ein SRV-Eintrag von {site}, {relation}, nennt ihn.",
    "The settings file of {site}, {relation}, names it.": "Die Einstellungsdatei von {site}, {relation}, nennt ihn.",
    "{what}: make sure that it is your provider's.": (
        "{what}: Vergewissern Sie sich, dass es der Ihres Anbieters ist."
    ),
    "The name is a guess: nothing that was found for {domain} names a server.": (
        "Der Name ist geraten: Nichts, was für {domain} gefunden wurde, nennt einen Server."
    ),
    "The name is a guess: {host} receives the mail for {domain}.": (
        "Der Name ist geraten: {host} empfängt die E-Mails für {domain}."
    ),
    "The certificate of {server} is for {name}: use that name.": (
        "Das Zertifikat von {server} gilt für {name}: Benutzen Sie diesen Namen."
    ),
    "The Autodiscover of {domain} names it.": "Das Autodiscover von {domain} nennt ihn.",
    "The settings file of {domain}, which came over HTTP without TLS, names it.": (
        "Die Einstellungsdatei von {domain}, die über HTTP ohne TLS kam, nennt ihn."
    ),
    "{domain} is a mail domain of {provider}.": "{domain} ist eine Mail-Domain von {provider}.",
    "Mozilla's provider database of {day} names it for {domain}.": (
        "Mozillas Anbieter-Datenbank vom {day} nennt ihn für {domain}."
    ),
    "It is the server of {provider}: {evidence}.": "Es ist der Server von {provider}: {evidence}.",
    "{who} says that it takes OAuth 2.0 alone.": "{who} sagt, dass er nur OAuth 2.0 nimmt.",
    "{who} says that it needs no login.": "{who} sagt, dass er keine Anmeldung braucht.",
    "An SRV record of {domain} names it.": "Ein SRV-Eintrag von {domain} nennt ihn.",
    "Mail for {domain} passes {filter}; the mailboxes are at {provider}: {evidence}.": (
        "E-Mails für {domain} laufen durch {filter}; die Postfächer sind bei {provider}: {evidence}."
    ),
    "The mailboxes are at {provider}: {evidence}.": "Die Postfächer sind bei {provider}: {evidence}.",
    "Only the SPF record of {domain} leads to {provider}": "Nur der SPF-Eintrag von {domain} führt zu {provider}",
    "Perhaps: {evidence}.": "Vielleicht: {evidence}.",
    "The name is a guess: a usual one in {site}, in which {domain} lies.": (
        "Der Name ist geraten: ein üblicher in {site}, worin {domain} liegt."
    ),
    "The name is a guess: a usual one in {site}, whose host {host} receives the mail for {domain}.": (
        "Der Name ist geraten: ein üblicher in {site}, dessen Host {host} die E-Mails für {domain} empfängt."
    ),
    "{name} leads to another address than {server}": "{name} führt zu einer anderen Adresse als {server}",
    "The settings file came without TLS": "Die Einstellungsdatei kam ohne TLS",
    "A DNS record names this server, outside of {domain}": (
        "Ein DNS-Eintrag nennt diesen Server, der außerhalb von {domain} liegt"
    ),
    "{name} is an alias of it.": "{name} ist ein Alias davon.",
    "The name is a guess: {name} leads to it.": "Der Name ist geraten: {name} führt zu ihm.",
    "{host} lies outside of {domain}": "{host} liegt außerhalb von {domain}",
    "Ask your mail provider for the host, port and TLS mode of its SMTP submission server.": (
        "Fragen Sie Ihren Mail-Anbieter nach Host, Port und TLS-Modus seines SMTP-Servers für den Versand."
    ),
    "Mail for {domain} passes {service}, a filter in front of the mailboxes.": (
        "E-Mails für {domain} laufen durch {service}, einen Filter vor den Postfächern."
    ),
    "{host}, port {port} with {mode}": "{host}, Port {port} mit {mode}",
    "It was not tried to the end, since another server was verified before.": (
        "Er wurde nicht zu Ende ausprobiert, da vorher ein anderer Server geprüft war."
    ),
    "There was no time left to try it.": "Es blieb keine Zeit, ihn auszuprobieren.",
    "This service's egress policy forbids every server that was tried for {domain}.": (
        "Die Egress-Richtlinie dieses Dienstes verbietet jeden Server, der für {domain} ausprobiert wurde."
    ),
    "Use the submission server of the service that sends for this domain.": (
        "Benutzen Sie den Versandserver des Dienstes, der für diese Domain sendet."
    ),
    "Use the submission server of the mailbox that the mail is forwarded to, or of a sending service.": (
        "Benutzen Sie den Versandserver des Postfachs, an das die E-Mails weitergeleitet werden, oder den "
        "eines Versanddienstes."
    ),
    "{domain} says that it receives no mail (a null MX record, RFC 7505).": (
        "{domain} sagt, dass sie keine E-Mails empfängt (ein Null-MX-Eintrag, RFC 7505)."
    ),
    "Mail for {domain} is forwarded by {service}, which has no mailboxes.": (
        "E-Mails für {domain} werden von {service} weitergeleitet, das keine Postfächer hat."
    ),
    "Use {place} and user {user}.": "Benutzen Sie {place} und den Benutzer {user}.",
    "Use {place}.": "Benutzen Sie {place}.",
    "It answers and offers AUTH {mechanisms}.": "Er antwortet und bietet AUTH {mechanisms} an.",
    "It answers with a verified certificate and offers AUTH {mechanisms}.": (
        "Er antwortet mit einem geprüften Zertifikat und bietet AUTH {mechanisms} an."
    ),
    "{domain} is easily taken for {meant}: make sure that the address is spelt right.": (
        "{domain} wird leicht mit {meant} verwechselt: Vergewissern Sie sich, dass die Adresse richtig geschrieben ist."
    ),
    "{place} answers but offers no login; no other server was found that does.": (
        "{place} antwortet, bietet aber keine Anmeldung an; ein anderer Server, der es tut, wurde nicht gefunden."
    ),
    "Ask your mail provider whether it relays for your address, or which server takes logins.": (
        "Fragen Sie Ihren Mail-Anbieter, ob er für Ihre Adresse weiterleitet oder welcher Server Anmeldungen annimmt."
    ),
    "There was no time to try {place}.": "Es blieb keine Zeit, {place} auszuprobieren.",
    "Allow more time for the search.": "Lassen Sie der Suche mehr Zeit.",
    "{place} is named for {domain} but did not work: {why}": (
        "{place} ist für {domain} genannt, hat aber nicht funktioniert: {why}"
    ),
    (
        "{domain} says in its DNS that it does not offer {services} (RFC 6186), and no other submission "
        "server was found."
    ): (
        "{domain} sagt in ihrem DNS, dass sie {services} nicht anbietet (RFC 6186), und ein anderer "
        "Versandserver wurde nicht gefunden."
    ),
    "Check the spelling of the address.": "Prüfen Sie die Schreibweise der Adresse.",
    "The DNS knows no domain {domain}.": "Das DNS kennt keine Domain {domain}.",
    "No submission server was found for {domain}.": "Für {domain} wurde kein Versandserver gefunden.",
    "No submission server was found for {domain} before the time was up.": (
        "Für {domain} wurde kein Versandserver gefunden, bevor die Zeit um war."
    ),
    "{place} answers, but can't be used: {why}": "{place} antwortet, ist aber nicht benutzbar: {why}",
    "{count} questions that might have led to a better server had no answer in time.": (
        "{count} Fragen, die zu einem besseren Server hätten führen können, blieben ohne rechtzeitige Antwort."
    ),
    "1 question that might have led to a better server had no answer in time.": (
        "1 Frage, die zu einem besseren Server hätte führen können, blieb ohne rechtzeitige Antwort."
    ),
    "which {name} is an alias of": "wovon {name} ein Alias ist",
    "the Autodiscover of {domain}": "das Autodiscover von {domain}",
    "whose host {host} receives the mail for {domain}": "dessen Host {host} die E-Mails für {domain} empfängt",
    "in which {domain} lies": "worin {domain} liegt",
    "{host} receives the mail for {domain}": "{host} empfängt die E-Mails für {domain}",
    "the SPF record of {domain} includes {name}": "der SPF-Eintrag von {domain} enthält {name}",
    "{name} leads to {target}": "{name} führt zu {target}",
    "{host} is a further MX of {domain}": "{host} ist ein weiterer MX von {domain}",
    "Other programs must be allowed in the mailbox's settings first.": (
        "Andere Programme müssen zuerst in den Einstellungen des Postfachs erlaubt werden."
    ),
    "It takes an authorization code from the mailbox's settings, not the account's password.": (
        "Er nimmt einen Autorisierungscode aus den Einstellungen des Postfachs und nicht das Passwort des Kontos."
    ),
    "It takes a password that is made for mail programs, not the account's.": (
        "Er nimmt ein Passwort, das für Mailprogramme erzeugt wird, und nicht das des Kontos."
    ),
    "It takes a secure mail key, not the account's password.": (
        "Er nimmt einen Secure Mail Key und nicht das Passwort des Kontos."
    ),
}
"""English template -> German template."""
