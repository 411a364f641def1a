"""The messages of smtpdiag.v1.DiscoveryService and the values of a search."""

from __future__ import annotations

from mailproof.discovery.progress import (
    Clue,
    SearchHeartbeat,
    SearchProgress,
    SearchResult,
    Source,
    TriedCandidate,
    Verdict,
)
from mailproof.domain.errors import InvalidFields
from mailproof.rpc.times import duration, seconds_of
from mailproof.rpc.vocabulary_numbers import CODES, STAGES, TLS_MODES
from mailproof.usecases.searches import DEFAULT_TIMEOUT
from smtpdiag.v1 import discovery_pb2

_SOURCES = {word: discovery_pb2.CandidateSource.Value(f"CANDIDATE_SOURCE_{word.name}") for word in Source}
_VERDICTS = {word: discovery_pb2.CandidateVerdict.Value(f"CANDIDATE_VERDICT_{word.name}") for word in Verdict}


def discovery_request(request: discovery_pb2.DiscoverSettingsRequest) -> tuple[str, float]:
    """Return the address, trimmed, and the seconds that the search may take.

    Raises:
        InvalidFields: The timeout is not positive.
    """
    limit = DEFAULT_TIMEOUT
    if request.HasField("timeout"):
        limit, wrong = seconds_of(request.timeout)
        if wrong:
            raise InvalidFields(wrong)
    return request.address.strip(), limit


def discovery_event(event: SearchProgress) -> discovery_pb2.DiscoverSettingsResponse:
    """Return one message of the stream."""
    if isinstance(event, TriedCandidate):
        return discovery_pb2.DiscoverSettingsResponse(candidate=_tried(event))
    if isinstance(event, Clue):
        clue = discovery_pb2.Clue(
            source=_SOURCES[event.source],
            question=event.question,
            answer=event.answer,
            code=CODES[event.code],
            found=event.found,
        )
        return discovery_pb2.DiscoverSettingsResponse(clue=clue)
    if isinstance(event, SearchHeartbeat):
        beat = discovery_pb2.DiscoveryHeartbeat(elapsed=duration(event.elapsed))
        return discovery_pb2.DiscoverSettingsResponse(heartbeat=beat)
    return discovery_pb2.DiscoverSettingsResponse(result=_result(event))


def _result(found: SearchResult) -> discovery_pb2.DiscoveryResult:
    return discovery_pb2.DiscoveryResult(
        candidates=[_tried(one) for one in found.tried],
        message=found.message,
        advice=found.advice,
        complete=found.complete,
        elapsed_ms=found.elapsed_ms,
    )


def _tried(tried: TriedCandidate) -> discovery_pb2.TriedCandidate:
    candidate = tried.candidate
    return discovery_pb2.TriedCandidate(
        host=candidate.host,
        port=candidate.port,
        tls_mode=TLS_MODES[candidate.tls_mode],
        user=candidate.user,
        source=_SOURCES[candidate.source],
        rank=candidate.rank,
        notes=candidate.advice,
        provider=candidate.provider,
        verdict=_VERDICTS[tried.verdict],
        stage=STAGES[tried.stage],
        code=CODES[tried.code],
        message=tried.message,
        advice=tried.advice,
        mechanisms=tried.mechanisms,
        tls_version=tried.tls_version,
        elapsed_ms=tried.elapsed_ms,
        reason=candidate.reason,
    )
