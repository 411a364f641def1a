"""The messages of smtpdiag.v1.AccessService: who makes a call."""

from __future__ import annotations

from datetime import datetime

from mailproof.domain.model import Caller, Role
from mailproof.rpc.times import timestamp
from mailproof.usecases.token_uses import EXPIRES_SOON
from smtpdiag.v1 import access_pb2

ROLES = {Role.ADMIN: access_pb2.ROLE_ADMIN, Role.VIEWER: access_pb2.ROLE_VIEWER}


def caller_message(caller: Caller, now: datetime) -> access_pb2.GetCallerResponse:
    """Return who makes a call.

    Args:
        now: The time, which says whether the token ends soon.
    """
    token = caller.token
    return access_pb2.GetCallerResponse(
        id=token.id,
        name=token.name,
        fingerprint=token.fingerprint,
        kind=access_pb2.CallerKind.ValueType(caller.kind.value),
        role=ROLES[token.role],
        permissions=sorted(token.permissions),
        instances=token.instance_ids,
        instance=caller.instance_id,
        create_time=timestamp(token.created_at),
        expire_time=timestamp(token.expires_at) if token.expires_at else None,
        expires_soon=token.expires_at is not None and token.expires_at - now <= EXPIRES_SOON,
    )
