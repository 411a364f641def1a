"""The German templates of the codes of the mail transaction, and the warnings. Only data. Pure."""

from __future__ import annotations

MAIL: dict[str, str] = {
    "{server} refuses the sender {sender}{reply}.": "{server} lehnt den Absender {sender} ab{reply}.",
    (
        "Set the sender to an address that this server takes mail from (that of the login, where it is one), "
        "or have this one allowed as a sender at the provider."
    ): (
        "Setzen Sie den Absender auf eine Adresse, von der dieser Server E-Mails annimmt (die der Anmeldung, "
        "wo diese eine ist), oder lassen Sie diese beim Anbieter als Absender erlauben."
    ),
    (
        "Set sender_address to one that this server takes mail from (that of the login, where it is one), or "
        "have this one allowed as a sender at the provider."
    ): (
        "Setzen Sie sender_address auf eine Adresse, von der dieser Server E-Mails annimmt (die der "
        "Anmeldung, wo diese eine ist), oder lassen Sie diese beim Anbieter als Absender erlauben."
    ),
    "{server} refused when the sender {sender} was named{reply}.": (
        "{server} hat abgelehnt, als der Absender {sender} genannt wurde{reply}."
    ),
    "The sender {sender} is not verified with the provider of {server}{reply}.": (
        "Der Absender {sender} ist beim Anbieter von {server} nicht bestätigt{reply}."
    ),
    (
        "Verify the sender's address or domain in the provider's console, or set the sender to one that is "
        "verified there."
    ): (
        "Bestätigen Sie die Adresse oder Domain des Absenders in der Konsole des Anbieters, oder setzen Sie "
        "den Absender auf eine Adresse, die dort bestätigt ist."
    ),
    (
        "Verify the sender's address or domain in the provider's console, or set sender_address to one that "
        "is verified there."
    ): (
        "Bestätigen Sie die Adresse oder Domain des Absenders in der Konsole des Anbieters, oder setzen Sie "
        "sender_address auf eine Adresse, die dort bestätigt ist."
    ),
    "{server} does not let this login send as {sender}{reply}.": (
        "{server} lässt diese Anmeldung nicht als {sender} senden{reply}."
    ),
    (
        "Set the sender to the address of the account that logs in ({user}), or have the account allowed to "
        "send as {sender}."
    ): (
        "Setzen Sie den Absender auf die Adresse des Kontos, das sich anmeldet ({user}), oder lassen Sie dem "
        "Konto erlauben, als {sender} zu senden."
    ),
    (
        "Set sender_address to the address of the account that logs in ({user}), or have the account allowed "
        "to send as {sender}."
    ): (
        "Setzen Sie sender_address auf die Adresse des Kontos, das sich anmeldet ({user}), oder lassen Sie "
        "dem Konto erlauben, als {sender} zu senden."
    ),
    (
        "Have {sender} added at the provider as an address that this account may send as (identity, alias or "
        "send-as right), and check that the From field of the mails is the same."
    ): (
        "Lassen Sie {sender} beim Anbieter als Adresse hinzufügen, als die dieses Konto senden darf "
        "(Identität, Alias oder das Recht „Senden als“), und prüfen Sie, ob das Feld From der E-Mails "
        "dieselbe nennt."
    ),
    (
        "Log in with the account that {sender} belongs to, by user and password, or set the sender to an "
        "address that needs no login."
    ): (
        "Melden Sie sich mit dem Konto an, zu dem {sender} gehört, mit Benutzer und Passwort, oder setzen Sie "
        "den Absender auf eine Adresse, die keine Anmeldung braucht."
    ),
    (
        "Log in with the account that {sender} belongs to, by user and password, or set sender_address to an "
        "address that needs no login."
    ): (
        "Melden Sie sich mit dem Konto an, zu dem {sender} gehört, mit Benutzer und Passwort, oder setzen Sie "
        "sender_address auf eine Adresse, die keine Anmeldung braucht."
    ),
    "{server} can't find the domain of the sender {sender} in the DNS{reply}.": (
        "{server} findet die Domain des Absenders {sender} nicht im DNS{reply}."
    ),
    (
        "Check the spelling of the sender's domain; it needs an MX or an address record that the whole "
        "Internet can look up."
    ): (
        "Prüfen Sie die Schreibweise der Domain des Absenders; sie braucht einen MX- oder Adresseintrag, den "
        "das ganze Internet abfragen kann."
    ),
    (
        "Check the spelling of the domain in sender_address; it needs an MX or an address record that the "
        "whole Internet can look up."
    ): (
        "Prüfen Sie die Schreibweise der Domain in sender_address; sie braucht einen MX- oder Adresseintrag, "
        "den das ganze Internet abfragen kann."
    ),
    "The mail fails the sender's own protection, {proofs}{reply}.": (
        "Die E-Mail besteht den eigenen Schutz des Absenders nicht, {proofs}{reply}."
    ),
    ("Add the server that sends to the SPF record of the sender's domain (by its address or its include)."): (
        "Fügen Sie den sendenden Server dem SPF-Eintrag der Domain des Absenders hinzu (mit seiner Adresse "
        "oder seinem include)."
    ),
    (
        "Have the mail signed by DKIM for the sender's domain, with the key in its DNS, and changed by "
        "nothing after that."
    ): (
        "Lassen Sie die E-Mail mit DKIM für die Domain des Absenders signieren, mit dem Schlüssel in deren "
        "DNS, und danach durch nichts verändern."
    ),
    (
        "Have SPF or DKIM pass for the very domain of the sender's address (DMARC alignment), or set the "
        "sender to an address of a domain that this server is set up for."
    ): (
        "Sorgen Sie dafür, dass SPF oder DKIM genau für die Domain der Absenderadresse bestanden wird "
        "(DMARC-Alignment), oder setzen Sie den Absender auf eine Adresse einer Domain, für die dieser Server "
        "eingerichtet ist."
    ),
    (
        "Have SPF or DKIM pass for the very domain of sender_address (DMARC alignment), or set it to one of a "
        "domain that this server is set up for."
    ): (
        "Sorgen Sie dafür, dass SPF oder DKIM genau für die Domain von sender_address bestanden wird "
        "(DMARC-Alignment), oder setzen Sie es auf eine Adresse einer Domain, für die dieser Server "
        "eingerichtet ist."
    ),
    (
        "Have the DNS of the sender's domain name this sending server (SPF), and have the mail signed by DKIM "
        "for that domain; or set the sender to an address of a domain that this server is set up for."
    ): (
        "Lassen Sie das DNS der Domain des Absenders diesen sendenden Server nennen (SPF), und lassen Sie die "
        "E-Mail mit DKIM für diese Domain signieren; oder setzen Sie den Absender auf eine Adresse einer "
        "Domain, für die dieser Server eingerichtet ist."
    ),
    (
        "Have the DNS of the domain in sender_address name this sending server (SPF), and have the mail "
        "signed by DKIM for that domain; or set sender_address to one of a domain that this server is set up "
        "for."
    ): (
        "Lassen Sie das DNS der Domain in sender_address diesen sendenden Server nennen (SPF), und lassen Sie "
        "die E-Mail mit DKIM für diese Domain signieren; oder setzen Sie sender_address auf eine Adresse "
        "einer Domain, für die dieser Server eingerichtet ist."
    ),
    "{server} refuses the recipient {recipient}{reply}.": "{server} lehnt den Empfänger {recipient} ab{reply}.",
    (
        "Check the recipient's address. If it is right, set another recipient, or have the mailbox's owner or "
        "provider unlock it or allow this sender: the server takes no mail for it as it is."
    ): (
        "Prüfen Sie die Adresse des Empfängers. Wenn sie stimmt, setzen Sie einen anderen Empfänger, oder "
        "lassen Sie den Inhaber oder Anbieter des Postfachs es entsperren oder diesen Absender erlauben: Der "
        "Server nimmt im jetzigen Zustand keine E-Mails dafür an."
    ),
    (
        "Check receiver_address. If it is right, set another one, or have the mailbox's owner or provider "
        "unlock it or allow this sender: the server takes no mail for it as it is."
    ): (
        "Prüfen Sie receiver_address. Wenn sie stimmt, setzen Sie eine andere Adresse, oder lassen Sie den "
        "Inhaber oder Anbieter des Postfachs es entsperren oder diesen Absender erlauben: Der Server nimmt im "
        "jetzigen Zustand keine E-Mails dafür an."
    ),
    "{server} refused when the recipient {recipient} was named{reply}.": (
        "{server} hat abgelehnt, als der Empfänger {recipient} genannt wurde{reply}."
    ),
    "{server} can't find the domain of the recipient {recipient} in the DNS{reply}.": (
        "{server} findet die Domain des Empfängers {recipient} nicht im DNS{reply}."
    ),
    "Check the spelling of the recipient's domain.": "Prüfen Sie die Schreibweise der Domain des Empfängers.",
    "Check the spelling of the domain in receiver_address.": (
        "Prüfen Sie die Schreibweise der Domain in receiver_address."
    ),
    "{server} does not pass on mail from here to {recipient}{reply}.": (
        "{server} leitet von hier keine E-Mails an {recipient} weiter{reply}."
    ),
    (
        "Set user and password: a server passes on mail for those who log in; or, for a relay without logins, "
        "have its operator allow the address that this test connects from."
    ): (
        "Setzen Sie Benutzer und Passwort: Ein Server leitet E-Mails für die weiter, die sich anmelden; oder "
        "lassen Sie, bei einem Relay ohne Anmeldung, seinen Betreiber die Adresse erlauben, von der dieser "
        "Test ausgeht."
    ),
    (
        "Set user and password on a port that offers a login, or have the address that this test connects "
        "from allowed as a client of this relay."
    ): (
        "Setzen Sie Benutzer und Passwort auf einem Port, der eine Anmeldung anbietet, oder lassen Sie die "
        "Adresse, von der dieser Test ausgeht, als Client dieses Relays erlauben."
    ),
    (
        "The login was accepted, so have this account allowed to send to other domains (relay), or check that "
        "the sender's domain belongs to it."
    ): (
        "Die Anmeldung wurde angenommen; lassen Sie also diesem Konto erlauben, an andere Domains zu senden "
        "(Relay), oder prüfen Sie, ob die Domain des Absenders dazugehört."
    ),
    "Have the address that this test connects from allowed as a client of this relay.": (
        "Lassen Sie die Adresse, von der dieser Test ausgeht, als Client dieses Relays erlauben."
    ),
    "{server} asks senders that it does not know to come back later (greylisting){reply}.": (
        "{server} bittet Absender, die er nicht kennt, später wiederzukommen (Greylisting){reply}."
    ),
    "Try again in some minutes with the same sender and recipient: then it takes the mail.": (
        "Versuchen Sie es in einigen Minuten mit demselben Absender und Empfänger erneut: Dann nimmt er die E-Mail an."
    ),
    "Most servers do not do so where user and password are set.": (
        "Die meisten Server tun das nicht, wo Benutzer und Passwort gesetzt sind."
    ),
    "The mailbox of {recipient} is full{reply}.": "Das Postfach für {recipient} ist voll{reply}.",
    "Set another recipient, or have the mailbox cleared.": (
        "Setzen Sie einen anderen Empfänger, oder lassen Sie das Postfach leeren."
    ),
    "Set another receiver_address, or have the mailbox cleared.": (
        "Setzen Sie eine andere receiver_address, oder lassen Sie das Postfach leeren."
    ),
    "{server} refuses what the message contains{reply}.": "{server} lehnt den Inhalt der Nachricht ab{reply}.",
    (
        "Do first what its answer asks for. What it objects to may be subject, text, links, attachments or "
        "header fields, or how the program that makes the mail ends and breaks its lines; where it names "
        "nothing, ask the server's operator which filter refused it."
    ): (
        "Tun Sie zuerst, was die Antwort verlangt. Der Server kann Betreff, Text, Links, Anhänge oder "
        "Kopfzeilen beanstanden oder wie das Programm, das die E-Mail erzeugt, deren Zeilen beendet und "
        "umbricht; wo die Antwort nichts nennt, fragen Sie den Betreiber des Servers, welcher Filter sie "
        "abgelehnt hat."
    ),
    "{server} refused when the message was sent{reply}.": (
        "{server} hat abgelehnt, als die Nachricht gesendet wurde{reply}."
    ),
    "The message is larger than {server} takes{detail}{reply}.": (
        "Die Nachricht ist größer, als {server} annimmt{detail}{reply}."
    ),
    "Send a smaller message (smaller attachments), or have the server's limit raised.": (
        "Senden Sie eine kleinere Nachricht (kleinere Anhänge), oder lassen Sie die Grenze des Servers erhöhen."
    ),
    "{server} can't handle addresses with characters beyond ASCII before the @{reply}.": (
        "{server} kann mit Adressen, die vor dem @ andere Zeichen als ASCII haben, nicht umgehen{reply}."
    ),
    "Set sender and recipient to addresses with ASCII characters only.": (
        "Setzen Sie Absender und Empfänger auf Adressen, die nur ASCII-Zeichen haben."
    ),
    "Set sender_address and receiver_address to addresses with ASCII characters only.": (
        "Setzen Sie sender_address und receiver_address auf Adressen, die nur ASCII-Zeichen haben."
    ),
    "{detail}.": "{detail}.",
    "Encrypt the connection, so that nobody on the way can read the login: with the TLS mode auto.": (
        "Verschlüsseln Sie die Verbindung, damit niemand auf dem Weg die Anmeldung lesen kann: mit dem TLS-Modus auto."
    ),
    "Set tls to true, so that nobody on the way can read the login.": (
        "Setzen Sie tls auf true, damit niemand auf dem Weg die Anmeldung lesen kann."
    ),
    "{server} offers STARTTLS, but TLS mode none does not use it.": (
        "{server} bietet STARTTLS an, aber der TLS-Modus none benutzt es nicht."
    ),
    "Set the TLS mode to auto.": "Setzen Sie den TLS-Modus auf auto.",
    "Set tls to true.": "Setzen Sie tls auf true.",
    "{server} knows only HELO: no encryption, no authentication.": (
        "{server} kennt nur HELO: keine Verschlüsselung, keine Anmeldung."
    ),
    "Use a server that speaks ESMTP, or check whether a firewall rewrites the traffic.": (
        "Benutzen Sie einen Server, der ESMTP spricht, oder prüfen Sie, ob eine Firewall den Verkehr umschreibt."
    ),
    "{server} did not answer QUIT as it should; nothing needs to change.": (
        "{server} hat QUIT nicht so beantwortet, wie er sollte; es muss nichts geändert werden."
    ),
    "The certificate of {server} expires soon{detail}.": "Das Zertifikat von {server} läuft bald ab{detail}.",
    "Have the certificate renewed.": "Lassen Sie das Zertifikat erneuern.",
    "{server} uses an old TLS version{detail}.": "{server} benutzt eine alte TLS-Version{detail}.",
    "Have TLS 1.3 or 1.2 enabled on the server.": "Lassen Sie TLS 1.3 oder 1.2 auf dem Server einschalten.",
    "{server} announces authentication only in the obsolete form AUTH=; other programs may not find it.": (
        "{server} kündigt die Anmeldung nur in der veralteten Form AUTH= an; andere Programme finden sie "
        "womöglich nicht."
    ),
    "{server} takes messages of only {detail}.": "{server} nimmt Nachrichten von nur {detail} an.",
    "Have the size limit raised if attachments are to be sent.": (
        "Lassen Sie die Größengrenze erhöhen, wenn Anhänge gesendet werden sollen."
    ),
    ("{server} repeats the password or token in its answers; it is hidden here, but the server's log may hold it."): (
        "{server} wiederholt das Passwort oder Token in seinen Antworten; hier ist es verborgen, aber im "
        "Protokoll des Servers kann es stehen."
    ),
    "Change the password, and have the server repaired.": (
        "Ändern Sie das Passwort, und lassen Sie den Server reparieren."
    ),
    "No login was tried although {detail}.": "Es wurde keine Anmeldung versucht, obwohl {detail}.",
    "Set the user, and the password with it; or clear the password if the server needs no login.": (
        "Setzen Sie den Benutzer und mit ihm das Passwort; oder löschen Sie das Passwort, wenn der Server "
        "keine Anmeldung braucht."
    ),
    "Set user and password if the server is to be used with a login, and test again.": (
        "Setzen Sie Benutzer und Passwort, wenn der Server mit einer Anmeldung benutzt werden soll, und "
        "testen Sie erneut."
    ),
    "Not every address of {host} answers alike{detail}.": "Nicht jede Adresse von {host} antwortet gleich{detail}.",
    "{repair}.": "{repair}.",
    "If this machine reaches no other host over {family} either, the fault is in its own network.": (
        "Wenn dieser Rechner auch keinen anderen Host über {family} erreicht, liegt der Fehler in seinem eigenen Netz."
    ),
    "Ask whoever runs {host} to set up all its addresses alike: which of them a client meets is chance.": (
        "Bitten Sie den Betreiber von {host}, alle seine Adressen gleich einzurichten: Welche davon ein "
        "Client trifft, ist Zufall."
    ),
}
"""English template -> German template."""
