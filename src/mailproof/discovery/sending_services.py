"""Known services that send mail and have no mailboxes, as data: no mail domain leads to them.

Programs that run on the user's machine (Proton Bridge, Mailpit) are left out. `discovery.preset` says what the sources
are. Pure.
"""

from __future__ import annotations

from mailproof.discovery.preset import Preset, preset

_SES_REGIONS = (  # N; AWS has more
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ca-central-1",
    "sa-east-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-north-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "us-gov-east-1",
    "us-gov-west-1",
)

SENDING_SERVICES: tuple[Preset, ...] = (
    *(
        preset(
            f"Amazon SES ({region})",
            f"email-smtp.{region}.amazonaws.com",
            (465, 2465),
            (587, 2587, 25),
            user="",
            advice="Use SMTP credentials of this region, which are no IAM access keys. The sender must be verified.",
            source="N Z; ports beside 465 M",
        )
        for region in _SES_REGIONS
    ),
    preset(
        "SendGrid",
        "smtp.sendgrid.net",
        (465,),
        (587, 2525, 25),
        user="apikey",
        advice="The user is literally apikey, the password an API key.",
        source="N Z",
    ),
    preset(
        "Mailgun (US)",
        "smtp.mailgun.org",
        (465,),
        (587, 2525, 25),
        user="",
        advice="The SMTP credentials belong to the domain (postmaster@domain). US and EU are separate.",
        mx="mxa.mailgun.org mxb.mailgun.org",
        source="N Z D; mx M",
    ),
    preset(
        "Mailgun (EU)",
        "smtp.eu.mailgun.org",
        (465,),
        (587, 2525, 25),
        user="",
        advice="The SMTP credentials belong to the domain (postmaster@domain). US and EU are separate.",
        mx="mxa.eu.mailgun.org mxb.eu.mailgun.org",
        source="D; mx M",
    ),
    preset(
        "Postmark",
        "smtp.postmarkapp.com",
        (),
        (587, 2525, 25),
        user="",
        advice="User and password are both the server's API token.",
        source="N Z",
    ),
    preset(
        "Mailjet",
        "in-v3.mailjet.com",
        (465,),
        (587, 2525, 25),
        user="",
        advice="The user is the API key, the password the secret key.",
        source="Z; N names in.mailjet.com",
    ),
    preset(
        "Brevo",
        "smtp-relay.brevo.com",
        (465,),
        (587, 2525),
        user="",
        advice="The password is an SMTP key, not an API key.",
        source="N Z",
    ),
    preset(
        "SparkPost (US)",
        "smtp.sparkpostmail.com",
        (),
        (587, 2525),
        user="SMTP_Injection",
        advice="The user is literally SMTP_Injection, the password an API key.",
        source="N; user M",
    ),
    preset(
        "SparkPost (EU)",
        "smtp.eu.sparkpostmail.com",
        (),
        (587, 2525),
        user="SMTP_Injection",
        advice="The user is literally SMTP_Injection, the password an API key.",
        source="M",
    ),
    preset(
        "Resend",
        "smtp.resend.com",
        (465, 2465),
        (587, 2587, 25),
        user="resend",
        advice="The user is literally resend, the password an API key.",
        source="N D",
    ),
    preset(
        "MailerSend",
        "smtp.mailersend.net",
        (),
        (587, 2525),
        user="",
        advice="User and password are generated for the domain.",
        source="N; 2525 M",
    ),
    preset(
        "Mandrill",
        "smtp.mandrillapp.com",
        (465,),
        (587, 2525, 25),
        user="",
        advice="The user is any text, the password an API key.",
        source="N Z",
    ),
    preset(
        "Mailtrap",
        "live.smtp.mailtrap.io",
        (),
        (587,),
        user="api",
        advice="The user is literally api, the password an API token.",
        source="N; user M",
    ),
    preset("Ethereal", "smtp.ethereal.email", (), (587,), advice="A test service: delivers nothing.", source="N"),
)
