"""schemathesis calls a service by its OpenAPI document, with good and bad values that it makes up itself.

`make schemathesis` runs it longer: MAILPROOF_SCHEMATHESIS_EXAMPLES says how many requests each call gets.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from clock_support.waiting import HANG
from service_support.openapi_calls import openapi_document
from service_support.service import RunningService, create_token

EXAMPLES = int(os.environ.get("MAILPROOF_SCHEMATHESIS_EXAMPLES", "1"))
THOROUGH = 20
"""From so many examples on each value at its bounds is tried too, which takes minutes."""

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
LEAVES_EARLY = {f"#/components/parameters/{name}" for name in ("x-instance-id", "grpc-timeout")}
"""Headers whose made-up values end each call before it has begun: no such instance, no time."""


def test_a_service_keeps_to_its_document_whatever_it_is_sent(service: RunningService, tmp_path: Path) -> None:
    document = json.loads(json.dumps(openapi_document()))
    for item in document["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict) and "parameters" in operation:
                operation["parameters"] = [it for it in operation["parameters"] if it.get("$ref") not in LEAVES_EARLY]
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    token = create_token(service.data_dir, "admin", "--instance", "schemathesis")
    phases = "examples,coverage,fuzzing" if EXAMPLES >= THOROUGH else "fuzzing"
    command = [str(Path(sys.executable).parent / "schemathesis"), "run", "openapi.json", f"--url={service.http_url}"]
    command += [f"--header=authorization: Bearer {token}", f"--checks={','.join(CHECKS)}", f"--phases={phases}"]
    command += [f"--max-examples={EXAMPLES}", "--generation-deterministic"]
    # One thread: ast.parse of Python 3.11, by which Hypothesis describes a lambda, fails where two use it at once.
    command += ["--no-color", "--continue-on-failure", "--workers=1", f"--request-timeout={HANG}", "--no-shrink"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=20 * HANG, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    calls = sum(isinstance(it, dict) for item in document["paths"].values() for it in item.values())
    assert f"Tested: {calls}" in ran.stdout, ran.stdout
    shutil.rmtree(tmp_path)
