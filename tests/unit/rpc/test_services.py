"""One file per proto service: what implements a service, and what converts its messages, is found by its name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from google.protobuf.descriptor import ServiceDescriptor

import mailproof.rpc
from ccadmin.v1 import email_pb2
from mailproof.rpc.access_service import AccessService
from mailproof.rpc.admin_service import AdminService
from mailproof.rpc.config_service import ConfigService
from mailproof.rpc.diagnosis_service import DiagnosisService
from mailproof.rpc.discovery_service import DiscoveryService
from mailproof.rpc.email_service import EmailService
from mailproof.rpc.findings_service import FindingsService
from mailproof.rpc.instance_service import InstanceService
from mailproof.rpc.server_service import ServerService
from mailproof.rpc.test_service import TestService
from smtpdiag.v1 import (
    access_pb2,
    config_overview_pb2,
    diagnosis_pb2,
    discovery_pb2,
    findings_pb2,
    instance_pb2,
    server_pb2,
    test_pb2,
)
from zitadel.admin.v1 import admin_pb2

RPC = Path(mailproof.rpc.__path__[0])
SERVICES: list[tuple[ServiceDescriptor, type]] = [
    (admin_pb2.DESCRIPTOR.services_by_name["AdminService"], AdminService),
    (email_pb2.DESCRIPTOR.services_by_name["EmailService"], EmailService),
    (diagnosis_pb2.DESCRIPTOR.services_by_name["DiagnosisService"], DiagnosisService),
    (discovery_pb2.DESCRIPTOR.services_by_name["DiscoveryService"], DiscoveryService),
    (findings_pb2.DESCRIPTOR.services_by_name["FindingsService"], FindingsService),
    (instance_pb2.DESCRIPTOR.services_by_name["InstanceService"], InstanceService),
    (access_pb2.DESCRIPTOR.services_by_name["AccessService"], AccessService),
    (config_overview_pb2.DESCRIPTOR.services_by_name["ConfigService"], ConfigService),
    (server_pb2.DESCRIPTOR.services_by_name["ServerService"], ServerService),
    (test_pb2.DESCRIPTOR.services_by_name["TestService"], TestService),
]


@pytest.mark.parametrize(("service", "servicer"), SERVICES, ids=[service.name for service, _ in SERVICES])
def test_a_service_has_its_file_and_its_messages_beside_it(service: ServiceDescriptor, servicer: type) -> None:
    subject = service.name.removesuffix("Service").lower()
    assert servicer.__module__ == f"mailproof.rpc.{subject}_service"
    assert (RPC / f"{subject}_messages.py").exists()
    text = (RPC / f"{subject}_service.py").read_text()
    assert [method.name for method in service.methods if f"async def {method.name}(" not in text] == []


def test_no_other_file_has_an_rpc() -> None:
    files = {path.stem for path in RPC.glob("*.py") if re.search(r"async def [A-Z]", path.read_text())}
    assert files == {f"{service.name.removesuffix('Service').lower()}_service" for service, _ in SERVICES}
