"""Sentences in the caller's language over each wire of a running service; what programs read never changes."""

import json
from typing import Any

from google.rpc import error_details_pb2

from service_support.framing import detail
from service_support.wires import Client, Refused
from smtpdiag.v1 import diagnosis_pb2, report_pb2, vocabulary_pb2

from .conftest import Office

GERMAN = ("accept-language", "de-AT,de;q=0.9,en;q=0.5")
HOSTILE = ["de" * 1000, "de;q=2", "en;q=0.5,", "*;q=,de-", "../../de", "de" + ",de-" * 150]
# No domain of this name is looked up anywhere (RFC 6761 section 6.4), whatever name servers this machine has.
HOST = "no-such-host.invalid"


def violations(refusal: Refused) -> dict[str, str]:
    bad = detail(refusal.status, error_details_pb2.BadRequest)
    return {violation.field: violation.description for violation in bad.field_violations}


def report_of(client: Client, *headers: tuple[str, str], **values: Any) -> report_pb2.Report:
    *_, last = client("Diagnose", *headers, **{"host": HOST, "port": 587, **values})
    found: report_pb2.Report = last.report
    return found


def test_a_report_is_in_the_callers_language(client: Client) -> None:
    german, english = report_of(client, GERMAN), report_of(client)
    assert english.message == f"The name {HOST} does not exist, or has no address."
    assert german.message == f"Der Name {HOST} existiert nicht oder hat keine Adresse."
    assert german.advice.startswith("Prüfen Sie die Schreibweise des Hosts.")
    assert german.findings[0].message == german.message
    assert (german.code, german.stage, german.outcome) == (english.code, english.stage, english.outcome)
    assert german.findings[0].link == english.findings[0].link


def test_what_was_tried_is_in_the_callers_language(office: Office, client: Client) -> None:
    sandbox = office.service.sandbox
    wrong = {"host": sandbox.host, "port": sandbox.starttls_port, "tls_mode": vocabulary_pb2.TLS_MODE_IMPLICIT}
    german, english = report_of(client, GERMAN, **wrong), report_of(client, **wrong)
    assert english.code == vocabulary_pb2.CODE_WRONG_TLS_MODE_USE_STARTTLS
    assert "beginnt im Klartext, aber der TLS-Modus implicit beginnt mit TLS." in german.message
    assert german.fixes[0].sentence.startswith("Setzen Sie den TLS-Modus auf starttls: geprüft, ")
    assert german.fixes[0].changes == english.fixes[0].changes
    works = [other for other in german.alternatives if other.code == vocabulary_pb2.CODE_OK]
    assert works[0].message.endswith("an.")
    assert german.advice == german.fixes[0].sentence


def test_any_other_language_is_english(client: Client) -> None:
    for header in ("fr", "en", "fr-CA, *;q=0.1", *HOSTILE):
        refusal = client.refused("Diagnose", ("accept-language", header))
        assert violations(refusal) == {"host": "must not be empty, unless config_id names a stored configuration"}


def test_violations_and_the_sentence_of_a_refusal_are_in_the_callers_language(client: Client) -> None:
    refusal = client.refused("Diagnose", GERMAN, host="mail.example.com:99999")
    sentence = "der Port muss eine Zahl zwischen 1 und 65535 sein"
    assert violations(refusal) == {"host": sentence}
    assert refusal.message == f"ungültige Anfrage: host: {sentence}"
    assert (refusal.code, refusal.reason) == (3, "FIELD_INVALID")


def test_a_failed_test_of_the_reference_api_is_in_the_callers_language(client: Client) -> None:
    settings = {
        "sender_address": "a@example.com",
        "sender_name": "A",
        "host": f"{HOST}:587",
        "receiver_address": "b@example.com",
    }
    german, english = (client.refused("TestSMTPConfig", *more, **settings) for more in ((GERMAN,), ()))
    assert german.message.startswith(f"Der Name {HOST} existiert nicht oder hat keine Adresse. Prüfen Sie")
    assert german.reference.message.startswith(f"Der Name {HOST} existiert nicht")
    assert (german.code, german.reason) == (english.code, english.reason) == (9, "DNS_NOT_FOUND")
    advice = german.info.metadata.pop("advice")
    assert advice.startswith("Prüfen Sie die Schreibweise des Hosts.")
    assert english.info.metadata.pop("advice") != advice
    assert german.info.metadata == english.info.metadata


def test_a_kept_test_is_in_the_language_of_whoever_reads_it(client: Client) -> None:
    settings = {"sender_address": "a@example.com", "sender_name": "A", "host": f"{HOST}:587"}
    config = client("AddSMTPConfig", **settings).id
    refusal = client.refused("TestSMTPConfigById", GERMAN, id=config, receiver_address="b@example.com")
    german, english = (client("GetTest", *more, id=refusal.info.metadata["testId"]) for more in ((GERMAN,), ()))
    assert english.test.report.message == f"The name {HOST} does not exist, or has no address."
    assert german.test.report.message == f"Der Name {HOST} existiert nicht oder hat keine Adresse."
    assert refusal.info.metadata["advice"] == german.test.report.advice
    client("RemoveSMTPConfig", id=config)


def test_a_misspelt_field_is_told_in_the_callers_language(office: Office) -> None:
    client = office.client("rest")
    answer = client.wires.http("POST", "/v1/diagnose", b'{"hots": "a.example"}', client.headers(GERMAN))
    assert "hots: ist kein Feld dieser Anfrage; meinten Sie host?" in answer.body.decode()


def test_known_providers_are_advised_on_in_the_callers_language(office: Office) -> None:
    german, english = (office.client("grpc")("ListProviderPresets", *more) for more in ((GERMAN,), ()))
    pairs = [(mine.advice, its.advice) for mine, its in zip(german.presets, english.presets, strict=True) if its.advice]
    assert pairs
    assert all(mine != its for mine, its in pairs)


def test_who_has_no_token_is_told_so_in_the_callers_language(office: Office, client: Client) -> None:
    stranger = Client(office.wires, client.wire, "mp_unknown", client.instance)
    refusal = stranger.refused("ListSMTPConfigs", GERMAN)
    assert (refusal.code, refusal.message) == (16, "das Access-Token ist unbekannt oder widerrufen")


def test_a_search_is_in_the_callers_language(office: Office) -> None:
    *_, last = office.client("grpc")("DiscoverSettings", GERMAN, address="me@localhost", timeout={"seconds": 1})
    assert "localhost" in last.result.message
    assert last.result.advice.startswith("Fragen Sie Ihren Mail-Anbieter nach Host, Port und TLS-Modus")


def test_rest_says_the_language_of_an_answer(office: Office) -> None:
    client = office.client("rest")
    for more, language in (((GERMAN,), "de"), ((), "en"), ((("accept-language", "fr"),), "en")):
        for path in ("/v1/no-such-path", "/v1/instances/x", "/admin/v1/smtp/_search"):
            answer = client.wires.http("GET", path, None, client.headers(*more))
            assert answer.header("content-language") == language, path
            assert "accept-language" in (answer.header("vary") or "").split(", ")
    page = client.wires.http("GET", "/v1/findings/timeout", None, client.headers(GERMAN))
    assert page.header("content-language") == "en"  # the pages are English
    body = json.dumps({"host": HOST}).encode()
    stream = client.wires.http("POST", "/v1/diagnose", body, client.headers(GERMAN))
    assert stream.header("content-language") == "de"


def test_the_commerce_api_answers_in_the_callers_language(office: Office) -> None:
    client = office.client("rest")
    body = json.dumps({"emailSMTPHost": "me@example.com", "emailSMTPPort": "587"}).encode()
    for more, words in (
        ((GERMAN,), "ungültige Anfrage: emailSMTPHost: ist eine E-Mail-Adresse und kein Server"),
        ((), "invalid request: "),
    ):
        answer = client.wires.http("POST", "/ccadmin/v1/email/test", body, client.headers(*more))
        document = json.loads(answer.body)
        assert document["message"].startswith(words)
        assert (document["errorCode"], document["devMessage"]) == ("40003", "FIELD_INVALID")


def test_grpc_says_the_language_of_an_answer(office: Office) -> None:
    client = office.client("grpc")
    call: Any = client.wires.channel.unary_stream("/smtpdiag.v1.DiagnosisService/Diagnose")
    request = diagnosis_pb2.DiagnoseRequest(host=HOST, port=587)
    running: Any = call(request.SerializeToString(), metadata=client.headers(GERMAN), timeout=30)
    list(running)
    assert dict(running.trailing_metadata())["content-language"] == "de"
