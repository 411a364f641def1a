"""The German templates of the codes from the policy to the greeting, and of a refused client. Only data. Pure."""

from __future__ import annotations

CONNECTION: dict[str, str] = {
    "The test passed: {detail}.": "Der Test ist bestanden: {detail}.",
    "The policy of this service forbids the destination{detail}.": (
        "Die Richtlinie dieses Dienstes verbietet das Ziel{detail}."
    ),
    "Choose another host and port, or ask the operator of this service to allow this one.": (
        "Wählen Sie einen anderen Host und Port, oder bitten Sie den Betreiber dieses Dienstes, dieses Ziel "
        "zu erlauben."
    ),
    "The host is not a valid host name.": "Der Host ist kein gültiger Hostname.",
    'Set the host to a name like "smtp.example.com" or to an IP address.': (
        "Setzen Sie den Host auf einen Namen wie „smtp.example.com“ oder auf eine IP-Adresse."
    ),
    'Set host to a name or address with its port, like "smtp.example.com:PORT".': (
        "Setzen Sie host auf einen Namen oder eine Adresse mit ihrem Port, etwa „smtp.example.com:PORT“."
    ),
    "The name {host} does not exist, or has no address{reachable}.": (
        "Der Name {host} existiert nicht oder hat keine Adresse{reachable}."
    ),
    "Check the spelling of the host.": "Prüfen Sie die Schreibweise des Hosts.",
    "If it is right, ask the operator of this service whether it may connect to that host.": (
        "Wenn er stimmt, fragen Sie den Betreiber dieses Dienstes, ob dieser sich mit diesem Host verbinden darf."
    ),
    "The name {host} could not be looked up right now.": "Der Name {host} ließ sich gerade nicht auflösen.",
    ("Try again in a few minutes; if it stays so, check the name servers of the domain and of this machine."): (
        "Versuchen Sie es in einigen Minuten erneut; wenn es so bleibt, prüfen Sie die Nameserver der Domain "
        "und die dieses Rechners."
    ),
    "The lookup of {host} failed.": "Die Namensauflösung von {host} ist fehlgeschlagen.",
    "Check the host and the DNS settings of the machine that this test runs on.": (
        "Prüfen Sie den Host und die DNS-Einstellungen des Rechners, auf dem dieser Test läuft."
    ),
    "{server} refused the connection: nothing listens on port {port}, or a firewall rejects it.": (
        "{server} hat die Verbindung abgelehnt: Auf Port {port} lauscht nichts, oder eine Firewall weist sie ab."
    ),
    (
        "No mail port of {host} answers from here: check that it is the right host, and that no firewall "
        "stands between."
    ): (
        "Kein Mail-Port von {host} antwortet von hier aus: Prüfen Sie, ob das der richtige Host ist und ob "
        "keine Firewall dazwischensteht."
    ),
    ("Other ports of {host} answer, but none of them as it has to: what each lacks stands with what was tried."): (
        "Andere Ports von {host} antworten, aber keiner so, wie er muss: Was jedem fehlt, steht bei dem, was "
        "ausprobiert wurde."
    ),
    "There is no network route to {server}.": "Es gibt keine Netzwerkroute zu {server}.",
    "Check the host, and the network and firewall of the machine that this test runs on.": (
        "Prüfen Sie den Host sowie das Netzwerk und die Firewall des Rechners, auf dem dieser Test läuft."
    ),
    "No mail port of {host} answers from here{detail}.": "Kein Mail-Port von {host} antwortet von hier aus{detail}.",
    (
        "{provider} does answer there, so outgoing SMTP is blocked where this test runs: have it opened, "
        "which many hosting providers do on request."
    ): (
        "{provider} antwortet dort durchaus, also ist ausgehendes SMTP dort gesperrt, wo dieser Test läuft: "
        "Lassen Sie es freischalten, was viele Hosting-Anbieter auf Anfrage tun."
    ),
    (
        "If the host is right, outgoing SMTP is blocked where this test runs: have it opened, which many "
        "hosting providers do on request."
    ): (
        "Wenn der Host stimmt, ist ausgehendes SMTP dort gesperrt, wo dieser Test läuft: Lassen Sie es "
        "freischalten, was viele Hosting-Anbieter auf Anfrage tun."
    ),
    (
        "Check that {host} is the right host. If it is, outgoing SMTP is blocked where this test runs: have "
        "it opened, which many hosting providers do on request."
    ): (
        "Prüfen Sie, ob {host} der richtige Host ist. Wenn ja, ist ausgehendes SMTP dort gesperrt, wo dieser "
        "Test läuft: Lassen Sie es freischalten, was viele Hosting-Anbieter auf Anfrage tun."
    ),
    "{server} did not answer in time at the stage {stage}.": (
        "{server} hat in der Phase {stage} nicht rechtzeitig geantwortet."
    ),
    "Try again with a longer timeout; if it stays silent, have the server's log looked at.": (
        "Versuchen Sie es mit einer längeren Wartezeit (timeout) erneut; wenn der Server weiter schweigt, "
        "lassen Sie sein Protokoll prüfen."
    ),
    "Try again with a longer deadline; if it stays silent, have the server's log looked at.": (
        "Versuchen Sie es mit einer längeren Frist (deadline) erneut; wenn der Server weiter schweigt, lassen "
        "Sie sein Protokoll prüfen."
    ),
    "The lookup of {host} took too long.": "Die Namensauflösung von {host} hat zu lange gedauert.",
    "No connection to {server} came about {in_time}: usually a firewall drops the packets.": (
        "Zu {server} kam {in_time} keine Verbindung zustande: Meist verwirft eine Firewall die Pakete."
    ),
    "Check the host, and whether a firewall lets this machine connect to the port that was tested.": (
        "Prüfen Sie den Host und ob eine Firewall diesem Rechner die Verbindung zu dem getesteten Port erlaubt."
    ),
    "{server} accepted the connection but sent no greeting {in_time}.": (
        "{server} hat die Verbindung angenommen, aber {in_time} keine Begrüßung gesendet."
    ),
    "The server has begun to answer and is slow: set a longer timeout.": (
        "Der Server hat zu antworten begonnen und ist langsam: Setzen Sie eine längere Wartezeit (timeout)."
    ),
    "The server has begun to answer and is slow: give the call a longer deadline.": (
        "Der Server hat zu antworten begonnen und ist langsam: Geben Sie dem Aufruf eine längere Frist (deadline)."
    ),
    (
        "The port that was tested answers neither in clear text nor with TLS: have the server looked at, and "
        "any firewall or proxy before it."
    ): (
        "Der getestete Port antwortet weder im Klartext noch mit TLS: Lassen Sie den Server prüfen sowie jede "
        "Firewall und jeden Proxy davor."
    ),
    "{server} did not answer the TLS handshake {in_time}.": (
        "{server} hat {in_time} nicht auf den TLS-Handshake geantwortet."
    ),
    "Have firewalls, proxies and virus scanners between here and the server checked.": (
        "Lassen Sie Firewalls, Proxys und Virenscanner zwischen hier und dem Server prüfen."
    ),
    "{server} did not answer the authentication in time.": (
        "{server} hat nicht rechtzeitig auf die Anmeldung geantwortet."
    ),
    ("Check user and password first: some providers, like Microsoft 365, answer refused credentials with silence."): (
        "Prüfen Sie zuerst Benutzer und Passwort: Manche Anbieter, etwa Microsoft 365, antworten auf "
        "abgelehnte Zugangsdaten mit Schweigen."
    ),
    "Check the access token and the user first: some servers answer refused ones with silence.": (
        "Prüfen Sie zuerst das Access-Token und den Benutzer: Manche Server antworten auf abgelehnte mit Schweigen."
    ),
    "{server} closed the connection at the stage {stage} without an answer.": (
        "{server} hat die Verbindung in der Phase {stage} ohne Antwort geschlossen."
    ),
    "Have the server's log looked at: it says why the connection was closed.": (
        "Lassen Sie das Protokoll des Servers prüfen: Es sagt, warum die Verbindung geschlossen wurde."
    ),
    "{server} closed the connection without a greeting.": "{server} hat die Verbindung ohne Begrüßung geschlossen.",
    "Ask the server's operator whether the address that this test connects from is blocked.": (
        "Fragen Sie den Betreiber des Servers, ob die Adresse gesperrt ist, von der dieser Test ausgeht."
    ),
    "{server} closed the connection during the TLS handshake.": (
        "{server} hat die Verbindung während des TLS-Handshakes geschlossen."
    ),
    "Have the server's log looked at, and any firewall or proxy between here and the server.": (
        "Lassen Sie das Protokoll des Servers prüfen sowie jede Firewall und jeden Proxy zwischen hier und dem Server."
    ),
    "{server} closed the connection after our EHLO {ehlo} without an answer.": (
        "{server} hat die Verbindung nach unserem EHLO {ehlo} ohne Antwort geschlossen."
    ),
    (
        "Set the EHLO name to this machine's full DNS name: some servers hang up on names that they refuse; "
        "otherwise the server's log says why it hung up."
    ): (
        "Setzen Sie den EHLO-Namen auf den vollständigen DNS-Namen dieses Rechners: Manche Server legen bei "
        "Namen auf, die sie ablehnen; sonst sagt das Protokoll des Servers, warum er aufgelegt hat."
    ),
    (
        "Have the operator of this service set its EHLO name (ehlo_name) to its full DNS name: some servers "
        "hang up on names that they refuse; otherwise the server's log says why it hung up."
    ): (
        "Lassen Sie den Betreiber dieses Dienstes dessen EHLO-Namen (ehlo_name) auf den vollständigen "
        "DNS-Namen setzen: Manche Server legen bei Namen auf, die sie ablehnen; sonst sagt das Protokoll des "
        "Servers, warum er aufgelegt hat."
    ),
    "{server} closed the connection during the authentication without an answer.": (
        "{server} hat die Verbindung während der Anmeldung ohne Antwort geschlossen."
    ),
    "Check user and password first: some servers hang up where they should refuse.": (
        "Prüfen Sie zuerst Benutzer und Passwort: Manche Server legen auf, wo sie ablehnen sollten."
    ),
    "The connection to {server} was reset at the stage {stage}.": (
        "Die Verbindung zu {server} wurde in der Phase {stage} zurückgesetzt."
    ),
    ("Have any firewall, proxy or virus scanner between here and the server checked, and the server's log."): (
        "Lassen Sie jede Firewall, jeden Proxy und jeden Virenscanner zwischen hier und dem Server prüfen "
        "sowie das Protokoll des Servers."
    ),
    "What listens on {server} is not an SMTP server.": "Was auf {server} lauscht, ist kein SMTP-Server.",
    "Check that {host} is the right host, and that no proxy answers in its place.": (
        "Prüfen Sie, ob {host} der richtige Host ist und ob kein Proxy an seiner Stelle antwortet."
    ),
    "{server} broke the rules of SMTP at the stage {stage}{detail}.": (
        "{server} hat in der Phase {stage} die Regeln von SMTP gebrochen{detail}."
    ),
    "Have the server looked at by its operator, and any proxy or firewall that may change the traffic.": (
        "Lassen Sie den Server von seinem Betreiber prüfen sowie jeden Proxy und jede Firewall, die den "
        "Verkehr verändern können."
    ),
    "{server} takes the command with the sender {sender} for wrong or out of place{detail}.": (
        "{server} hält den Befehl mit dem Absender {sender} für falsch oder fehl am Platz{detail}."
    ),
    (
        "Check that the sender is one plain address (name@domain). Where the answer asks for another command "
        "first (HELO, MAIL, a login), the server or a proxy on the way has lost it: have them looked at."
    ): (
        "Prüfen Sie, ob der Absender eine einzelne, einfache Adresse ist (name@domain). Wo die Antwort zuerst "
        "einen anderen Befehl verlangt (HELO, MAIL, eine Anmeldung), hat der Server oder ein Proxy auf dem "
        "Weg ihn verloren: Lassen Sie beide prüfen."
    ),
    (
        "Check that sender_address is one plain address (name@domain). Where the answer asks for another "
        "command first (HELO, MAIL, a login), the server or a proxy on the way has lost it: have them looked "
        "at."
    ): (
        "Prüfen Sie, ob sender_address eine einzelne, einfache Adresse ist (name@domain). Wo die Antwort "
        "zuerst einen anderen Befehl verlangt (HELO, MAIL, eine Anmeldung), hat der Server oder ein Proxy auf "
        "dem Weg ihn verloren: Lassen Sie beide prüfen."
    ),
    "{server} takes the command with the recipient {recipient} for wrong or out of place{detail}.": (
        "{server} hält den Befehl mit dem Empfänger {recipient} für falsch oder fehl am Platz{detail}."
    ),
    (
        "Check that the recipient is one plain address (name@domain). Where the answer asks for another "
        "command first (HELO, MAIL, a login), the server or a proxy on the way has lost it: have them looked "
        "at."
    ): (
        "Prüfen Sie, ob der Empfänger eine einzelne, einfache Adresse ist (name@domain). Wo die Antwort "
        "zuerst einen anderen Befehl verlangt (HELO, MAIL, eine Anmeldung), hat der Server oder ein Proxy auf "
        "dem Weg ihn verloren: Lassen Sie beide prüfen."
    ),
    (
        "Check that receiver_address is one plain address (name@domain). Where the answer asks for another "
        "command first (HELO, MAIL, a login), the server or a proxy on the way has lost it: have them looked "
        "at."
    ): (
        "Prüfen Sie, ob receiver_address eine einzelne, einfache Adresse ist (name@domain). Wo die Antwort "
        "zuerst einen anderen Befehl verlangt (HELO, MAIL, eine Anmeldung), hat der Server oder ein Proxy auf "
        "dem Weg ihn verloren: Lassen Sie beide prüfen."
    ),
    "{server} refused the command at the stage {stage}{reply}.": (
        "{server} hat den Befehl in der Phase {stage} abgelehnt{reply}."
    ),
    "The server's answer names a page about it: {link}": "Die Antwort des Servers nennt eine Seite dazu: {link}",
    (
        "The reason is not known here: do what the server's answer says, where it says something; otherwise "
        "give its operator this answer and the time of the test."
    ): (
        "Der Grund ist hier nicht bekannt: Tun Sie, was die Antwort des Servers sagt, wo sie etwas sagt; "
        "geben Sie sonst seinem Betreiber diese Antwort und den Zeitpunkt des Tests."
    ),
    "{server} sent more than any SMTP server needs to at the stage {stage}{detail}.": (
        "{server} hat in der Phase {stage} mehr gesendet, als irgendein SMTP-Server muss{detail}."
    ),
    "Check that host and port belong to an SMTP server.": (
        "Prüfen Sie, ob Host und Port zu einem SMTP-Server gehören."
    ),
    "{server} refuses service at the stage {stage}{reply}.": (
        "{server} verweigert in der Phase {stage} den Dienst{reply}."
    ),
    "Try again in a few minutes; if it stays so, ask the server's operator.": (
        "Versuchen Sie es in einigen Minuten erneut; wenn es so bleibt, fragen Sie den Betreiber des Servers."
    ),
    (
        "The reason is not known here: do what the answer says, where it says something; otherwise ask the "
        "server's operator whether this host takes mail for submission, and whether the address that this "
        "test connects from is blocked."
    ): (
        "Der Grund ist hier nicht bekannt: Tun Sie, was die Antwort sagt, wo sie etwas sagt; fragen Sie sonst "
        "den Betreiber des Servers, ob dieser Host E-Mails zum Versand annimmt und ob die Adresse gesperrt "
        "ist, von der dieser Test ausgeht."
    ),
    "Ask the server's operator.": "Fragen Sie den Betreiber des Servers.",
    "{server} refuses service after our EHLO {ehlo}{reply}.": (
        "{server} verweigert nach unserem EHLO {ehlo} den Dienst{reply}."
    ),
    (
        "Set the EHLO name to this machine's full DNS name, which some servers demand; otherwise ask the "
        "server's operator."
    ): (
        "Setzen Sie den EHLO-Namen auf den vollständigen DNS-Namen dieses Rechners, den manche Server "
        "verlangen; fragen Sie sonst den Betreiber des Servers."
    ),
    (
        "Have the operator of this service set its EHLO name (ehlo_name) to its full DNS name, which some "
        "servers demand; otherwise ask the server's operator."
    ): (
        "Lassen Sie den Betreiber dieses Dienstes dessen EHLO-Namen (ehlo_name) auf den vollständigen "
        "DNS-Namen setzen, den manche Server verlangen; fragen Sie sonst den Betreiber des Servers."
    ),
    "{server} has too many connections{reply}.": "{server} hat zu viele Verbindungen{reply}.",
    "Wait a few minutes and try again, or lower the number of connections that are open at once.": (
        "Warten Sie einige Minuten und versuchen Sie es erneut, oder verringern Sie die Zahl der gleichzeitig "
        "offenen Verbindungen."
    ),
    "{server} limits how often it may be used, and the limit is reached{reply}.": (
        "{server} begrenzt, wie oft er benutzt werden darf, und die Grenze ist erreicht{reply}."
    ),
    (
        "Wait before the next try, often some minutes and for repeated errors some hours, send more slowly, "
        "or ask the provider for a higher limit."
    ): (
        "Warten Sie vor dem nächsten Versuch, oft einige Minuten und bei wiederholten Fehlern einige Stunden, "
        "senden Sie langsamer, oder bitten Sie den Anbieter um eine höhere Grenze."
    ),
    "{server} can't do it right now (stage {stage}){reply}.": (
        "{server} kann es gerade nicht ausführen (Phase {stage}){reply}."
    ),
    (
        "Try again in a few minutes; if the same answer comes again, the cause is lasting: act on what it "
        "names, or ask the server's operator."
    ): (
        "Versuchen Sie es in einigen Minuten erneut; kommt dieselbe Antwort wieder, ist die Ursache von "
        "Dauer: Beheben Sie, was sie nennt, oder fragen Sie den Betreiber des Servers."
    ),
    "{server} blocks the address that this test connects from{reply}.": (
        "{server} sperrt die Adresse, von der dieser Test ausgeht{reply}."
    ),
    (
        "Remove first what the answer blames that address for (an open relay, malware, spam), where it does; "
        "then have it taken off the list that the answer names, or ask the server's operator to unblock it; "
        "or send through a relay whose address is not blocked."
    ): (
        "Beseitigen Sie zuerst, was die Antwort dieser Adresse vorwirft (ein offenes Relay, Schadsoftware, "
        "Spam), wo sie das tut; lassen Sie die Adresse dann von der Liste nehmen, die die Antwort nennt, oder "
        "bitten Sie den Betreiber des Servers, sie freizugeben; oder senden Sie über ein Relay, dessen "
        "Adresse nicht gesperrt ist."
    ),
    "{server} wants the address that this test connects from to have a reverse DNS name{reply}.": (
        "{server} verlangt, dass die Adresse, von der dieser Test ausgeht, einen Reverse-DNS-Namen hat{reply}."
    ),
    (
        "Have the hosting or network provider of that address set a PTR record to a name whose own address is "
        "the same (forward-confirmed), or send through a relay that has one."
    ): (
        "Lassen Sie den Hosting- oder Netzanbieter dieser Adresse einen PTR-Eintrag auf einen Namen setzen, "
        "dessen eigene Adresse dieselbe ist (forward-confirmed), oder senden Sie über ein Relay, das einen "
        "hat."
    ),
    "{server} refuses our name {ehlo}{reply}.": "{server} lehnt unseren Namen {ehlo} ab{reply}.",
    (
        "Set the EHLO name to this machine's full DNS name, one that resolves to its public address; where "
        "the answer names a block list, to a name that is not on it."
    ): (
        "Setzen Sie den EHLO-Namen auf den vollständigen DNS-Namen dieses Rechners, der zu seiner "
        "öffentlichen Adresse führt; wo die Antwort eine Sperrliste nennt, auf einen Namen, der nicht darauf "
        "steht."
    ),
    (
        "Have the operator of this service set its EHLO name (ehlo_name) to the full DNS name of its public "
        "address; where the answer names a block list, to a name that is not on it."
    ): (
        "Lassen Sie den Betreiber dieses Dienstes dessen EHLO-Namen (ehlo_name) auf den vollständigen "
        "DNS-Namen seiner öffentlichen Adresse setzen; wo die Antwort eine Sperrliste nennt, auf einen Namen, "
        "der nicht darauf steht."
    ),
    "{server} refuses our EHLO {ehlo}{reply}.": "{server} lehnt unser EHLO {ehlo} ab{reply}.",
    "The test had {allowed}, which is all that this service allows: have the server's log looked at.": (
        "Der Test hatte {allowed}, mehr erlaubt dieser Dienst nicht: Lassen Sie das Protokoll des Servers ansehen."
    ),
}
"""English template -> German template."""
