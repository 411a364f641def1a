"""The German templates of the codes of TLS. Only data. Pure."""

from __future__ import annotations

TLS: dict[str, str] = {
    "{server} speaks TLS from the first byte, but {clear_first}.": (
        "{server} spricht TLS ab dem ersten Byte, aber {clear_first}."
    ),
    "In the TLS mode that it speaks it fails for another reason: {next_fault}.": (
        "In dem TLS-Modus, den der Port spricht, scheitert er aus einem anderen Grund: {next_fault}."
    ),
    "Have the TLS set-up of the server checked by its operator: what else could be set fails as well.": (
        "Lassen Sie die TLS-Einrichtung des Servers von seinem Betreiber prüfen: Was sonst eingestellt werden "
        "könnte, scheitert ebenfalls."
    ),
    "{server} begins in clear text, but {tls_first}.": ("{server} beginnt im Klartext, aber {tls_first}."),
    "{server} speaks no TLS at all.": "{server} spricht überhaupt kein TLS.",
    "{server} does not offer STARTTLS, or something on the way removes the offer, and {demands}.": (
        "{server} bietet kein STARTTLS an, oder etwas auf dem Weg entfernt das Angebot, und {demands}."
    ),
    (
        "Have the inspection of SMTP switched off on the Cisco firewall in front of the server (no fixup "
        "protocol smtp, no inspect esmtp): it masks the server's words and takes STARTTLS away."
    ): (
        "Lassen Sie die Prüfung von SMTP auf der Cisco-Firewall vor dem Server ausschalten (no fixup protocol "
        "smtp, no inspect esmtp): Sie verdeckt die Worte des Servers und nimmt STARTTLS weg."
    ),
    (
        "Have TLS enabled on the server, and firewalls and virus scanners on the way checked, which may "
        "remove the offer."
    ): (
        "Lassen Sie TLS auf dem Server einschalten sowie Firewalls und Virenscanner auf dem Weg prüfen, die "
        "das Angebot entfernen können."
    ),
    "{server} offers STARTTLS but refuses to start it{reply}.": (
        "{server} bietet STARTTLS an, weigert sich aber, es zu beginnen{reply}."
    ),
    "Have the server's TLS certificate and key checked by its operator.": (
        "Lassen Sie TLS-Zertifikat und Schlüssel des Servers von seinem Betreiber prüfen."
    ),
    ("{server} sent unencrypted data after agreeing to start TLS: an attack on the connection, or a broken proxy."): (
        "{server} hat unverschlüsselte Daten gesendet, nachdem er dem Beginn von TLS zugestimmt hatte: ein "
        "Angriff auf die Verbindung oder ein defekter Proxy."
    ),
    "Have the network path between here and the server checked.": (
        "Lassen Sie den Netzweg zwischen hier und dem Server prüfen."
    ),
    "The TLS handshake with {server} failed{detail}.": "Der TLS-Handshake mit {server} ist fehlgeschlagen{detail}.",
    (
        "Have the server's TLS set-up checked (versions, ciphers, certificate and key), and any proxy or "
        "virus scanner on the way."
    ): (
        "Lassen Sie die TLS-Einrichtung des Servers prüfen (Versionen, Chiffren, Zertifikat und Schlüssel) "
        "sowie jeden Proxy und Virenscanner auf dem Weg."
    ),
    "{server} speaks only TLS versions older than 1.2, which are insecure.": (
        "{server} spricht nur TLS-Versionen vor 1.2, die unsicher sind."
    ),
    "Have TLS 1.2 or 1.3 enabled on the server.": "Lassen Sie TLS 1.2 oder 1.3 auf dem Server einschalten.",
    "{server} demands a TLS client certificate.": "{server} verlangt ein TLS-Client-Zertifikat.",
    "Have the server stop asking for certificates, or use a server that takes passwords.": (
        "Lassen Sie den Server nicht länger nach Zertifikaten fragen, oder benutzen Sie einen Server, der "
        "Passwörter annimmt."
    ),
    "{server} does not know itself by the name {host} and refused TLS.": (
        "{server} kennt sich unter dem Namen {host} nicht und hat TLS abgelehnt."
    ),
    "Set the host to the name that the provider documents.": (
        "Setzen Sie den Host auf den Namen, den der Anbieter dokumentiert."
    ),
    "Set host to the name that the provider documents, with its port.": (
        "Setzen Sie host auf den Namen, den der Anbieter dokumentiert, mit seinem Port."
    ),
    "{server} sends a certificate that is no longer valid{detail}.": (
        "{server} sendet ein Zertifikat, das nicht mehr gültig ist{detail}."
    ),
    "Have that certificate renewed, and the server reloaded so that it uses the new one.": (
        "Lassen Sie dieses Zertifikat erneuern und den Server neu laden, damit er das neue benutzt."
    ),
    "{server} sends a certificate that is not valid yet{detail}.": (
        "{server} sendet ein Zertifikat, das noch nicht gültig ist{detail}."
    ),
    "Check the clocks of the server and of the machine that this test runs on.": (
        "Prüfen Sie die Uhren des Servers und des Rechners, auf dem dieser Test läuft."
    ),
    "The certificate of {server} is not for the name {host}{detail}.": (
        "Das Zertifikat von {server} gilt nicht für den Namen {host}{detail}."
    ),
    (
        "Set the host to a name that the certificate is for, if that server is meant, or have a certificate "
        "for {host} installed."
    ): (
        "Setzen Sie den Host auf einen Namen, für den das Zertifikat gilt, wenn dieser Server gemeint ist, "
        "oder lassen Sie ein Zertifikat für {host} installieren."
    ),
    (
        "Set host to a name that the certificate is for, with its port, if that server is meant, or have a "
        "certificate for {host} installed."
    ): (
        "Setzen Sie host auf einen Namen, für den das Zertifikat gilt, mit seinem Port, wenn dieser Server "
        "gemeint ist, oder lassen Sie ein Zertifikat für {host} installieren."
    ),
    "Check the host against what {provider} documents.": (
        "Vergleichen Sie den Host mit dem, was {provider} dokumentiert."
    ),
    "The certificate of {server} is self-signed, so nobody vouches for it.": (
        "Das Zertifikat von {server} ist selbstsigniert, also bürgt niemand dafür."
    ),
    ("Have a certificate of a public authority installed, or add this one to the trust anchors (CA file)."): (
        "Lassen Sie ein Zertifikat einer öffentlichen Zertifizierungsstelle installieren, oder fügen Sie "
        "dieses den Vertrauensankern hinzu (CA-Datei)."
    ),
    (
        "Have a certificate of a public authority installed, or have the operator of this service add this "
        "one to its trust anchors (ca_file)."
    ): (
        "Lassen Sie ein Zertifikat einer öffentlichen Zertifizierungsstelle installieren, oder lassen Sie den "
        "Betreiber dieses Dienstes dieses seinen Vertrauensankern hinzufügen (ca_file)."
    ),
    "The certificate of {server} can't be traced to an authority that is trusted here{detail}.": (
        "Das Zertifikat von {server} lässt sich auf keine Zertifizierungsstelle zurückführen, der hier "
        "vertraut wird{detail}."
    ),
    ("Have a certificate of a public authority installed, or add its authority to the trust anchors (CA file)."): (
        "Lassen Sie ein Zertifikat einer öffentlichen Zertifizierungsstelle installieren, oder fügen Sie "
        "seine Zertifizierungsstelle den Vertrauensankern hinzu (CA-Datei)."
    ),
    (
        "Have a certificate of a public authority installed, or have the operator of this service add its "
        "authority to its trust anchors (ca_file)."
    ): (
        "Lassen Sie ein Zertifikat einer öffentlichen Zertifizierungsstelle installieren, oder lassen Sie den "
        "Betreiber dieses Dienstes dessen Zertifizierungsstelle seinen Vertrauensankern hinzufügen (ca_file)."
    ),
    ("{server} does not send the intermediate certificate that connects its own to a trusted authority{detail}."): (
        "{server} sendet das Zwischenzertifikat nicht, das sein eigenes mit einer vertrauenswürdigen "
        "Zertifizierungsstelle verbindet{detail}."
    ),
    "Have the full chain installed on the server (often a file named fullchain.pem).": (
        "Lassen Sie die vollständige Kette auf dem Server installieren (oft eine Datei namens fullchain.pem)."
    ),
    "A certificate of {server} uses a key or signature that is too weak{detail}.": (
        "Ein Zertifikat von {server} benutzt einen Schlüssel oder eine Signatur, die zu schwach ist{detail}."
    ),
    "Have a new certificate installed: RSA 2048 or EC P-256 with SHA-256.": (
        "Lassen Sie ein neues Zertifikat installieren: RSA 2048 oder EC P-256 mit SHA-256."
    ),
    "The certificate of {server} is not meant for servers.": (
        "Das Zertifikat von {server} ist nicht für Server bestimmt."
    ),
    "Have a certificate for server authentication installed.": (
        "Lassen Sie ein Zertifikat für Server-Authentifizierung installieren."
    ),
    "What answers at {server} is not the mail server itself: the certificate is made by {detail}.": (
        "Was unter {server} antwortet, ist nicht der Mailserver selbst: Das Zertifikat stammt von {detail}."
    ),
    (
        "Have it let connections to {host} through unchanged, or its inspection of mail switched off; the "
        "mail server's own certificate needs no change."
    ): (
        "Lassen Sie es Verbindungen zu {host} unverändert durchlassen, oder lassen Sie seine Prüfung von "
        "E-Mails ausschalten; am Zertifikat des Mailservers selbst muss nichts geändert werden."
    ),
    (
        "The connection to {server} reached another mail server, {detail}: the network or hosting provider "
        "here redirects SMTP."
    ): (
        "Die Verbindung zu {server} hat einen anderen Mailserver erreicht, {detail}: Der Netz- oder "
        "Hosting-Anbieter hier leitet SMTP um."
    ),
    (
        "Ask the hosting or network provider of this machine to lift the redirect (on cPanel: SMTP "
        "Restrictions), or use the relay that it prescribes."
    ): (
        "Bitten Sie den Hosting- oder Netzanbieter dieses Rechners, die Umleitung aufzuheben (bei cPanel: "
        "SMTP Restrictions), oder benutzen Sie das Relay, das er vorschreibt."
    ),
    (
        "This service trusts no certificate authority at all, so that no certificate can be verified, good as "
        "it may be."
    ): (
        "Dieser Dienst vertraut gar keiner Zertifizierungsstelle, also lässt sich kein Zertifikat prüfen, so "
        "gut es auch sein mag."
    ),
    (
        "Install the authorities' certificates where this test runs (the package ca-certificates), or add "
        "trust anchors of your own (CA file)."
    ): (
        "Installieren Sie die Zertifikate der Zertifizierungsstellen dort, wo dieser Test läuft (das Paket "
        "ca-certificates), oder fügen Sie eigene Vertrauensanker hinzu (CA-Datei)."
    ),
    (
        "Have the operator of this service install the authorities' certificates (the package "
        "ca-certificates), or set trust anchors (ca_file)."
    ): (
        "Lassen Sie den Betreiber dieses Dienstes die Zertifikate der Zertifizierungsstellen installieren "
        "(das Paket ca-certificates) oder Vertrauensanker setzen (ca_file)."
    ),
    "{server} demands TLS before it goes on{reply}.": "{server} verlangt TLS, bevor er weitermacht{reply}.",
    "The connection was inside TLS already: ask the server's operator what else it demands.": (
        "Die Verbindung war schon mit TLS verschlüsselt: Fragen Sie den Betreiber des Servers, was dieser "
        "sonst noch verlangt."
    ),
}
"""English template -> German template."""
