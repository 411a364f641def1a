"""An example of every call: the request, written here, and the answer that a real service gave to it.

The answers are those of the test that sends every example (tests/e2e/test_openapi.py), which writes answers.json anew
where OPENAPI_ANSWERS names it. There a value that only means something on one service is replaced by one of these.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ANSWERS = Path(__file__).with_name("answers.json")

HOST, PORT = "smtp.example.com", 587
USER, PASSWORD = "mailer@example.com", "correct horse battery staple"
SMTP_ID, HTTP_ID, TEST_ID = "338590415738470401", "338590415738470402", "338590415738470403"
IMPORT_TOKEN = "AYwr0b3cEXAMPLE"  # noqa: S105 - likewise
ENDPOINT = "https://hooks.example.com/mail"
ADDRESS = "me@example.com"

_SENDER = {"senderAddress": "noreply@example.com", "senderName": "Example Ltd"}
_SERVER = {"tls": True, "host": f"{HOST}:{PORT}", "user": USER}
_SMTP = {**_SENDER, **_SERVER}
_RECEIVER = {"receiverAddress": "you@example.com"}
_EXPORT_ID = "5f2b1c0d9e8a47563412fedcba098765"
_PROVIDERS = [
    {"id": SMTP_ID, "state": "PROVIDER_STATE_INACTIVE", "smtp": {**_SMTP, "description": "Production"}},
    {"id": HTTP_ID, "http": {"endpoint": ENDPOINT}},
]

REQUESTS: dict[str, dict[str, Any]] = {
    "AddSMTPConfig": {**_SMTP, "password": PASSWORD, "description": "Production"},
    "GetSMTPConfig": {},
    "GetSMTPConfigById": {"id": SMTP_ID},
    "ListSMTPConfigs": {"query": {"offset": "0", "limit": 10, "asc": True}},
    "UpdateSMTPConfig": {"id": SMTP_ID, **_SMTP, "senderName": "Example Ltd, Berlin"},
    "UpdateSMTPConfigPassword": {"id": SMTP_ID, "password": PASSWORD},
    "ActivateSMTPConfig": {"id": SMTP_ID},
    "DeactivateSMTPConfig": {"id": SMTP_ID},
    "RemoveSMTPConfig": {"id": SMTP_ID},
    "TestSMTPConfig": {**_SMTP, "password": PASSWORD, **_RECEIVER},
    "TestSMTPConfigById": {"id": SMTP_ID, **_RECEIVER},
    "ListEmailProviders": {"query": {"limit": 10}},
    "GetEmailProvider": {},
    "GetEmailProviderById": {"id": HTTP_ID},
    "AddEmailProviderSMTP": {**_SMTP, "plain": {"password": PASSWORD}},
    "UpdateEmailProviderSMTP": {"id": SMTP_ID, **_SMTP, "replyToAddress": "help@example.com"},
    "AddEmailProviderHTTP": {"endpoint": ENDPOINT, "description": "Our own mailer"},
    "UpdateEmailProviderHTTP": {"id": HTTP_ID, "endpoint": ENDPOINT, "expirationSigningKey": "0s"},
    "UpdateEmailProviderSMTPPassword": {"id": SMTP_ID, "password": PASSWORD},
    "ActivateEmailProvider": {"id": HTTP_ID},
    "DeactivateEmailProvider": {"id": SMTP_ID},
    "RemoveEmailProvider": {"id": HTTP_ID},
    "TestEmailProviderSMTPById": {"id": SMTP_ID, **_RECEIVER},
    "TestEmailProviderSMTP": {**_SMTP, "plain": {"password": PASSWORD}, **_RECEIVER},
    "TestSmtpConnection": {
        "emailSMTPHost": HOST,
        "emailSMTPPort": str(PORT),
        "emailSMTPAuthMethod": "TLS",
        "emailSMTPUsername": USER,
        "emailSMTPPassword": PASSWORD,
    },
    "Diagnose": {
        "host": HOST,
        "port": PORT,
        "tlsMode": "TLS_MODE_STARTTLS",
        "user": USER,
        "password": PASSWORD,
        "timeout": "10s",
    },
    "DiscoverSettings": {"address": ADDRESS, "timeout": "2s"},
    "ListProviderPresets": {"pageSize": 1},
    "GetFinding": {"code": "auth_rejected"},
    "ListEvents": {"pageSize": 2, "providerId": SMTP_ID},
    "ExportConfigs": {},
    "ImportConfigs": {"document": {"formatVersion": 1, "providers": _PROVIDERS}},
    "TestHTTPProvider": {"id": HTTP_ID, "recipientAddress": "you@example.com", "timeout": "5s"},
    "StreamExportConfigs": {"pageSize": 100},
    "BeginConfigsImport": {"header": {"formatVersion": 1, "exportId": _EXPORT_ID, "providerCount": 2}},
    "ContinueConfigsImport": {
        "importToken": IMPORT_TOKEN,
        "page": {"exportId": _EXPORT_ID, "number": 1, "providers": _PROVIDERS},
    },
    "FinishConfigsImport": {
        "importToken": IMPORT_TOKEN,
        "trailer": {"exportId": _EXPORT_ID, "pageCount": 1, "providerCount": 2},
    },
    "UndoConfigsImport": {"importToken": IMPORT_TOKEN},
    "GetCaller": {},
    "ListConfigOverviews": {"pageSize": 10, "filter": "state = active", "orderBy": "create_time desc"},
    "GetServerInfo": {},
    "GetTest": {"id": TEST_ID, "view": "TEST_VIEW_BASIC"},
    "ListTests": {"pageSize": 5, "filter": "outcome = ok", "configId": SMTP_ID},
}
"""The request of each RPC, with the fields of its path and query."""


def answers() -> dict[str, Any]:
    """Return the answer of each RPC; of a stream its messages, some of them left out."""
    read: dict[str, Any] = json.loads(ANSWERS.read_text("utf-8")) if ANSWERS.exists() else {}
    return read
