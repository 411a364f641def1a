"""`mailproof serve` as a process: readiness, the lines it prints, draining, refusals to start."""

import ctypes
import gzip
import json
import os
import re
import signal
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import code_pb2, error_details_pb2, status_pb2

from clock_support.waiting import HANG
from service_support.framing import detail, frame
from service_support.service import FREE_PORT, RunningService, command, environment, running_service, shown
from service_support.silent import SilentServer
from smtpdiag.v1 import diagnosis_pb2, diagnosis_pb2_grpc, vocabulary_pb2


def get(url: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(url, timeout=HANG) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def exchange(running: RunningService, head: str) -> tuple[str, bytes]:
    """Send the bytes of a request's head, to which its end is added; return the head and body of the answer."""
    host, _, port = running.http_url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=HANG) as connection:
        connection.sendall(f"{head}connection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    told, _, body = answer.partition(b"\r\n\r\n")
    return f"{told.decode()}\r\n", body


def request_of(running: RunningService, path: str, body: Mapping[str, object] | None = None) -> urllib.request.Request:
    headers = {"authorization": f"Bearer {running.admin_token}", "content-type": "application/json"}
    data = json.dumps(body).encode() if body is not None else None
    return urllib.request.Request(f"{running.http_url}{path}", data=data, headers=headers)


def call(running: RunningService, path: str, body: Mapping[str, object] | None = None) -> dict[str, Any]:
    with urllib.request.urlopen(request_of(running, path, body), timeout=HANG) as answer:
        answered: dict[str, Any] = json.load(answer)
        return answered


def test_it_says_when_it_is_ready(service: RunningService) -> None:
    assert get(f"{service.http_url}/healthz") == (200, b"ok\n")
    assert get(f"{service.http_url}/readyz") == (200, b"ok\n")


def test_the_console_is_named_first_and_there_for_a_browser(service: RunningService) -> None:
    assert service.greeting[1:3] == [
        f"  console            {service.http_url}/",
        "  sign in with       the admin token below",
    ]
    accept = "accept: text/html,application/xhtml+xml,*/*;q=0.8"
    head, body = exchange(service, f"GET / HTTP/1.1\r\nhost: x\r\n{accept}\r\naccept-encoding: gzip, br\r\n")
    assert head.startswith("HTTP/1.1 200 OK\r\n")
    assert "\r\nrequire-trusted-types-for" not in head, "the policy is one line"
    assert "trusted-types 'none'\r\n" in head
    assert "\r\ncontent-encoding: gzip\r\n" in head
    scripts = re.findall(r'src="(/assets/[^"]+)"', gzip.decompress(body).decode())
    assert scripts
    for path in scripts:
        head, body = exchange(service, f"GET {path} HTTP/1.1\r\nhost: x\r\naccept: */*\r\n")
        assert "\r\ncontent-type: text/javascript; charset=utf-8\r\n" in head
        assert "\r\ncache-control: max-age=31536000, immutable\r\n" in head
        assert f"\r\ncontent-length: {len(body)}\r\n" in head
        assert len(body) > 100
    head, body = exchange(service, "GET / HTTP/1.1\r\nhost: x\r\naccept: */*\r\n")
    assert {"path": "/docs"}.items() <= json.loads(body)["addresses"][1].items()


def test_without_the_sandbox_its_greeting_says_how_to_get_a_token(tmp_path: Path) -> None:
    listen = [f"--{name}-listen={FREE_PORT}" for name in ("grpc", "http")]
    plain = [command(), "serve", "--log-format=text", "--data-dir", str(tmp_path), *listen]
    with subprocess.Popen(
        plain, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        assert shown(process.stdout, "sign in with") == "a token of `mailproof token create --role admin`"
        process.terminate()
        process.communicate(timeout=HANG)


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/assets/../../../../etc/passwd", 404),
        ("/assets/..%2f..%2fetc%2fpasswd", 404),
        ("/assets/%00", 404),
        ("/assets/\0", 400),
        ("/assets/%ff", 400),
        (f"/assets/{'a' * 9000}", 414),
        ("/favicon.ico", 404),
    ],
)
def test_a_path_below_the_consoles_files_is_no_path_of_the_machine(
    service: RunningService, target: str, status: int
) -> None:
    head, body = exchange(service, f"GET {target} HTTP/1.1\r\nhost: x\r\naccept: text/html\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ")
    assert "\r\ncontent-type: application/json\r\n" in head
    assert json.loads(body)["message"]


def test_the_two_lines_it_prints_succeed_when_pasted(
    service: RunningService, needs_debian: Callable[[str], None]
) -> None:
    needs_debian("curl")
    curl, diagnose = service.greeting[-2:]
    for line in (curl, diagnose):
        answer = subprocess.run(["sh", "-c", line], cwd="/", capture_output=True, check=True, timeout=HANG, text=True)
        assert any(text.startswith("PASSED  (") for text in answer.stdout.splitlines())
        assert answer.stdout.startswith("  ok    policy ")
        assert service.sandbox.password not in answer.stdout


def test_the_sandbox_shows_what_it_received_to_those_who_may_know(service: RunningService) -> None:
    assert get(f"{service.http_url}/sandbox/messages")[0] == 401
    assert isinstance(service.sandbox_messages(), list)


def test_nothing_it_logs_or_prints_holds_a_secret(service: RunningService) -> None:
    """Runs in any order: whatever calls were made so far, the log has none of their secrets."""
    body = {
        "host": service.sandbox.host,
        "port": service.sandbox.starttls_port,
        "user": service.sandbox.user,
        "password": "a-password-of-this-test",
    }
    request = request_of(service, "/v1/diagnose", body)
    with urllib.request.urlopen(request, timeout=HANG) as answer:
        said = answer.read().decode()
    request.headers["Authorization"] = f"Bearer {service.viewer_token}"
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=HANG)
    with caught.value as answer:
        said += answer.read().decode()
    log = service.log_file.read_text()
    for secret in ("a-password-of-this-test", service.admin_token, service.viewer_token, service.sandbox.password):
        assert secret not in log
    assert "a-password-of-this-test" not in said


def test_a_stop_ends_the_streams_that_are_left_with_a_status_on_every_wire(tmp_path: Path) -> None:
    with SilentServer() as silent, running_service(tmp_path / "data", "--drain-timeout", "0") as running:
        request = diagnosis_pb2.DiagnoseRequest(
            host="127.0.0.1", port=silent.port, tls_mode=vocabulary_pb2.TLS_MODE_NONE, verify_alternatives=False
        )
        web = urllib.request.Request(
            f"{running.http_url}/smtpdiag.v1.DiagnosisService/Diagnose",
            data=frame(request.SerializeToString()),
            headers={"authorization": f"Bearer {running.admin_token}", "content-type": "application/grpc-web+proto"},
        )
        body = {"host": "127.0.0.1", "port": silent.port, "tlsMode": "TLS_MODE_NONE", "verifyAlternatives": False}
        lines, events = request_of(running, "/v1/diagnose", body), request_of(running, "/v1/diagnose", body)
        events.add_header("accept", "text/event-stream")
        with (
            grpc.insecure_channel(running.grpc_address) as channel,
            urllib.request.urlopen(web, timeout=HANG) as of_web,
            urllib.request.urlopen(lines, timeout=HANG) as of_lines,
            urllib.request.urlopen(events, timeout=HANG) as of_events,
        ):
            stub = diagnosis_pb2_grpc.DiagnosisServiceStub(channel)
            stream = stub.Diagnose(request, metadata=(("authorization", f"Bearer {running.admin_token}"),))
            next(stream)
            silent.wait_for_connections(4)
            running.process.send_signal(signal.SIGTERM)
            with pytest.raises(grpc.RpcError) as caught:
                list(stream)
            trailing: Any = caught.value.trailing_metadata()
            status = status_pb2.Status.FromString(dict(trailing)["grpc-status-details-bin"])
            assert status.code == code_pb2.UNAVAILABLE
            assert detail(status, error_details_pb2.RetryInfo).retry_delay.seconds == 2
            trailers = of_web.read()
            assert b"grpc-status:14" in trailers.replace(b" ", b"")
            assert b"grpc-status-details-bin" in trailers
            last = json.loads(of_lines.read().splitlines()[-1])["error"]
            assert (last["code"], reason_of(last)) == (14, "SERVER_STOPPING")
            assert any(detail["@type"].endswith("google.rpc.RetryInfo") for detail in last["details"])
            *_, name, data = of_events.read().decode().strip().splitlines()
            assert name == "event: error"
            assert json.loads(data.removeprefix("data: ")) == last
        assert running.process.wait(HANG) == 0
        assert silent.wait_until_all_closed()


def reason_of(error: Mapping[str, Any]) -> str:
    return next(str(detail["reason"]) for detail in error["details"] if "reason" in detail)


def test_a_signal_that_the_system_hands_to_another_thread_stops_it_too(tmp_path: Path) -> None:
    """A signal to a process may be delivered to any of its threads; only tgkill picks one for certain."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.tgkill.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int)
    with running_service(tmp_path / "data") as running:
        main = running.process.pid
        threads = sorted(int(entry.name) for entry in Path(f"/proc/{main}/task").iterdir())
        others = [thread for thread in threads if thread != main]
        assert others
        assert libc.tgkill(main, others[-1], signal.SIGTERM) == 0, os.strerror(ctypes.get_errno())
        assert running.process.wait(HANG) == 0


def test_a_call_under_way_ends_before_the_server_does(tmp_path: Path) -> None:
    with SilentServer() as silent, running_service(tmp_path / "data") as running:
        answers: list[bytes] = []

        def diagnose() -> None:
            body = {"host": "127.0.0.1", "port": silent.port, "tlsMode": "TLS_MODE_NONE", "timeout": "1s"}
            with urllib.request.urlopen(request_of(running, "/v1/diagnose", body), timeout=HANG) as answer:
                answers.append(answer.read())

        caller = threading.Thread(target=diagnose)
        caller.start()
        assert silent.connected.wait(HANG)
        running.process.send_signal(signal.SIGTERM)
        caller.join(HANG)
        assert running.process.wait(HANG) == 0
        report = json.loads(answers[0].splitlines()[-1])["report"]
        assert (report["code"], report["stage"]) == ("CODE_TIMEOUT", "STAGE_GREETING")


def refusal(*arguments: str, env: dict[str, str] | None = None) -> tuple[int, str]:
    done = subprocess.run(
        [command(), "serve", *arguments],
        env=environment(env),
        capture_output=True,
        text=True,
        timeout=HANG,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr.strip()


def test_a_port_in_use_is_a_refusal_that_names_it(tmp_path: Path, service: RunningService) -> None:
    for flag, address in (("--grpc-listen", service.grpc_address), ("--http-listen", service.http_url[7:])):
        free = {"--grpc-listen": "127.0.0.1:0", "--http-listen": "127.0.0.1:0", flag: address}
        arguments = [part for pair in free.items() for part in pair]
        code, said = refusal("--data-dir", str(tmp_path), *arguments)
        assert code == 3
        assert address in said


def test_a_missing_file_of_authorities_is_a_refusal_that_names_it(tmp_path: Path) -> None:
    code, said = refusal("--data-dir", str(tmp_path), "--ca-file", str(tmp_path / "none.pem"))
    assert code != 0
    assert "none.pem" in said


def test_a_file_that_holds_no_certificate_is_a_refusal_that_names_it(tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.pem"
    anchors.write_text("not a certificate\n")
    code, said = refusal("--data-dir", str(tmp_path), "--ca-file", str(anchors))
    assert code == 3
    assert "anchors.pem" in said


def test_a_key_that_does_not_fit_is_a_refusal(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running_service(data) as running:
        body = {"senderAddress": "a@example.com", "senderName": "A", "host": "mx.example.com:587"}
        config_id = call(running, "/smtp", {**body, "user": "me", "password": "p"})["id"]
    other = {"MAILPROOF_ENCRYPTION_KEY": "A" * 43 + "="}
    code, said = refusal("--data-dir", str(data), env=other)
    assert code == 3
    assert config_id in said


def test_settings_come_from_the_environment_and_the_file(tmp_path: Path) -> None:
    file = tmp_path / "mailproof.toml"
    file.write_text('http_listen = "127.0.0.1:0"\ngrpc_listen = "127.0.0.1:1"\n')
    env = {"MAILPROOF_CONFIG": str(file), "MAILPROOF_CONSOLE": "off"}
    with running_service(tmp_path / "data", env=env) as running:
        assert get(f"{running.http_url}/readyz")[0] == 200
        assert "console" not in "".join(running.greeting)
        page = exchange(running, "GET / HTTP/1.1\r\nhost: x\r\naccept: text/html\r\n")[1]
        assert b"The service runs here." in page
        assert b"/assets/" not in page


def test_a_record_added_before_a_restart_is_there_after_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    body = {"senderAddress": "a@example.com", "senderName": "A", "host": "mx.example.com:587", "tls": True}
    with running_service(data) as running:
        added = call(running, "/admin/v1/smtp", body)
    with running_service(data) as running:
        read = call(running, f"/admin/v1/smtp/{added['id']}")
    assert read["smtpConfig"]["host"] == "mx.example.com:587"
