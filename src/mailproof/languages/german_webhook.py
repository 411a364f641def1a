"""The German templates of the codes of a test post to an HTTP provider. Only data. Pure."""

from __future__ import annotations

WEBHOOK: dict[str, str] = {
    "The receiver took the message (status {status}).": (
        "Der Empfänger hat die Nachricht angenommen (Status {status})."
    ),
    "This service may not connect to {host} port {port}.": (
        "Dieser Dienst darf sich nicht mit {host} Port {port} verbinden."
    ),
    ("Check name and port; if they are right, the operator of this service has to allow them (docs/egress.md)."): (
        "Prüfen Sie Name und Port; wenn sie stimmen, muss der Betreiber dieses Dienstes sie erlauben (docs/egress.md)."
    ),
    "The name {host} has no address that this service may connect to.": (
        "Der Name {host} hat keine Adresse, mit der sich dieser Dienst verbinden darf."
    ),
    "Correct the host name in the endpoint.": "Berichtigen Sie den Hostnamen im Endpunkt.",
    "The name {host} can't be looked up now.": "Der Name {host} lässt sich gerade nicht auflösen.",
    "Try again in a minute.": "Versuchen Sie es in einer Minute erneut.",
    "Looking up the name {host} failed.": "Die Auflösung des Namens {host} ist fehlgeschlagen.",
    "Check the DNS of the domain.": "Prüfen Sie das DNS der Domain.",
    "Nothing answers at {host} port {port}.": "Unter {host} Port {port} antwortet nichts.",
    "Start the receiver's service, or correct the port in the endpoint.": (
        "Starten Sie den Dienst des Empfängers, oder berichtigen Sie den Port im Endpunkt."
    ),
    "There is no way to {host} port {port} from here.": "Von hier führt kein Weg zu {host} Port {port}.",
    "Check firewalls and routes between this service and the receiver.": (
        "Prüfen Sie Firewalls und Routen zwischen diesem Dienst und dem Empfänger."
    ),
    "{host} did not answer in time: after {seconds} seconds the test was still {doing}.": (
        "{host} hat nicht rechtzeitig geantwortet: Nach {seconds} Sekunden war der Test noch {doing}."
    ),
    ("Let the receiver answer at once and do its work afterwards; where it is not reached at all, check firewalls."): (
        "Lassen Sie den Empfänger sofort antworten und seine Arbeit danach tun; wo er gar nicht erreicht "
        "wird, prüfen Sie Firewalls."
    ),
    "{host} broke the connection {doing}.": "{host} hat die Verbindung {doing} abgebrochen.",
    "Look into the receiver's log; a proxy in front of it may have closed the connection.": (
        "Sehen Sie in das Protokoll des Empfängers; ein Proxy davor kann die Verbindung geschlossen haben."
    ),
    "{host} port {port} does not speak TLS, or nothing newer than TLS 1.1.": (
        "{host} Port {port} spricht kein TLS oder nichts Neueres als TLS 1.1."
    ),
    "Correct the port in the endpoint, or switch on TLS 1.2 or 1.3 at the receiver.": (
        "Berichtigen Sie den Port im Endpunkt, oder schalten Sie beim Empfänger TLS 1.2 oder 1.3 ein."
    ),
    "The certificate of {host} has expired.": "Das Zertifikat von {host} ist abgelaufen.",
    "Renew the receiver's certificate.": "Erneuern Sie das Zertifikat des Empfängers.",
    "The certificate of {host} is not valid yet.": "Das Zertifikat von {host} ist noch nicht gültig.",
    "Check the clocks of the receiver and of this service, or install a certificate that is valid now.": (
        "Prüfen Sie die Uhren des Empfängers und dieses Dienstes, oder installieren Sie ein Zertifikat, das "
        "jetzt gültig ist."
    ),
    "The certificate of {host} is for other names.": "Das Zertifikat von {host} gilt für andere Namen.",
    "Use a name of the certificate in the endpoint, or install one that has {host} among its names.": (
        "Benutzen Sie im Endpunkt einen Namen des Zertifikats, oder installieren Sie eines, unter dessen "
        "Namen {host} ist."
    ),
    "The certificate of {host} is signed by itself.": "Das Zertifikat von {host} ist selbstsigniert.",
    ("Install a certificate of a known authority, or let the operator of this service trust yours (ca_file)."): (
        "Installieren Sie ein Zertifikat einer bekannten Zertifizierungsstelle, oder lassen Sie den Betreiber "
        "dieses Dienstes Ihrem vertrauen (ca_file)."
    ),
    "The certificate of {host} can't be traced to a known authority.": (
        "Das Zertifikat von {host} lässt sich auf keine bekannte Zertifizierungsstelle zurückführen."
    ),
    ("Install the whole chain of certificates at the receiver, or let this service's operator trust it (ca_file)."): (
        "Installieren Sie beim Empfänger die ganze Zertifikatskette, oder lassen Sie den Betreiber dieses "
        "Dienstes ihr vertrauen (ca_file)."
    ),
    ("This service trusts no certificate authority at all, so that the certificate of {host} can't be verified."): (
        "Dieser Dienst vertraut gar keiner Zertifizierungsstelle, also lässt sich das Zertifikat von {host} "
        "nicht prüfen."
    ),
    ("Have the operator of this service install the authorities' certificates, or set trust anchors (ca_file)."): (
        "Lassen Sie den Betreiber dieses Dienstes die Zertifikate der Zertifizierungsstellen installieren "
        "oder Vertrauensanker setzen (ca_file)."
    ),
    "What answers at {host} port {port} does not speak HTTP as it should.": (
        "Was unter {host} Port {port} antwortet, spricht HTTP nicht so, wie es sollte."
    ),
    "Correct the port in the endpoint; a port that speaks TLS needs https://.": (
        "Berichtigen Sie den Port im Endpunkt; ein Port, der TLS spricht, braucht https://."
    ),
    "The head of the receiver's answer is too large.": "Der Kopf der Antwort des Empfängers ist zu groß.",
    "Let the receiver answer with few headers.": "Lassen Sie den Empfänger mit wenigen Headern antworten.",
    "The receiver redirects elsewhere (status {status}), which is not followed.": (
        "Der Empfänger leitet anderswohin um (Status {status}), dem wird nicht gefolgt."
    ),
    "Put the final URL into the endpoint; a missing or extra slash at the end is a frequent reason.": (
        "Tragen Sie die endgültige URL in den Endpunkt ein; ein fehlender oder überzähliger Schrägstrich am "
        "Ende ist ein häufiger Grund."
    ),
    "The receiver refuses the caller (status {status}).": "Der Empfänger lehnt den Aufrufer ab (Status {status}).",
    ("Give it this provider's signing key, set its clock, and let it verify the body as it came (docs/webhooks.md)."): (
        "Geben Sie ihm den Signaturschlüssel dieses Providers, stellen Sie seine Uhr, und lassen Sie ihn den "
        "Body so prüfen, wie er ankam (docs/webhooks.md)."
    ),
    "The receiver has nothing at this path (status {status}).": (
        "Der Empfänger hat unter diesem Pfad nichts (Status {status})."
    ),
    "Correct the path in the endpoint.": "Berichtigen Sie den Pfad im Endpunkt.",
    "The receiver takes no POST at this path (status {status}).": (
        "Der Empfänger nimmt unter diesem Pfad kein POST an (Status {status})."
    ),
    "Correct the path in the endpoint, or let the receiver take POST there.": (
        "Berichtigen Sie den Pfad im Endpunkt, oder lassen Sie den Empfänger dort POST annehmen."
    ),
    "The receiver refuses the message (status {status}).": "Der Empfänger lehnt die Nachricht ab (Status {status}).",
    "Look into the receiver's log; docs/webhooks.md has the format that it is sent.": (
        "Sehen Sie in das Protokoll des Empfängers; docs/webhooks.md beschreibt das Format, in dem gesendet wird."
    ),
    "The receiver is asked too often (status {status}).": "Der Empfänger wird zu oft gefragt (Status {status}).",
    "Try again later, or raise the receiver's limit.": (
        "Versuchen Sie es später erneut, oder erhöhen Sie die Grenze des Empfängers."
    ),
    "The receiver failed (status {status}).": "Beim Empfänger ist ein Fehler aufgetreten (Status {status}).",
    "Look into the receiver's log.": "Sehen Sie in das Protokoll des Empfängers.",
}
"""English template -> German template."""
