"""The messages of smtpdiag.v1.ServerService: what the server is and what it allows."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from mailproof.rpc.codec import MAX_REQUEST_BYTES
from mailproof.rpc.times import duration, timestamp
from mailproof.usecases.server_info import FINDING_PATH, ServerInfo
from smtpdiag.v1 import server_pb2


def server_message(info: ServerInfo, now: datetime) -> server_pb2.GetServerInfoResponse:
    """Return what the server is.

    Args:
        now: The time.
    """
    return server_pb2.GetServerInfoResponse(
        version=info.version,
        server_time=timestamp(now),
        limits=_limits(info),
        features=server_pb2.ServerFeatures(**asdict(info.features)),
        documentation=server_pb2.ServerDocumentation(url=info.documentation_url, finding_path=FINDING_PATH),
    )


def _limits(info: ServerInfo) -> server_pb2.ServerLimits:
    bounds, quota, retention = info.bounds, info.quota, info.retention
    return server_pb2.ServerLimits(
        test_timeout=duration(info.test_timeout),
        call_timeout=duration(info.call_timeout),
        request_bytes=MAX_REQUEST_BYTES,
        configs_per_instance=quota.providers,
        events_per_instance=quota.events,
        concurrent_tests_per_instance=bounds.concurrent_per_instance,
        concurrent_tests_per_token=bounds.concurrent_per_token,
        concurrent_tests_per_host=bounds.concurrent_per_host,
        tests_per_minute_per_instance=bounds.tests_per_instance,
        tests_per_minute_per_token=bounds.tests_per_token,
        tests_per_minute_per_host=bounds.tests_per_host,
        searches_per_minute=bounds.searches,
        webhook_posts_per_minute=bounds.posts,
        imports_per_hour=bounds.imports,
        exports_per_hour=bounds.exports,
        messages_per_receiver_per_hour=bounds.messages,
        failed_logins_per_user=bounds.failed_logins,
        failed_logins_per_instance=bounds.failed_logins_per_instance,
        kept_tests_per_config=retention.per_config,
        kept_tests_per_instance=retention.per_instance,
        kept_tests_days=retention.days,
    )
