"""Moments and stretches of time in messages."""

from datetime import UTC, datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from mailproof.rpc.times import duration, seconds_of, timestamp


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_is_what_the_library_makes_of_it(moment: datetime) -> None:
    plain = Timestamp()
    plain.FromDatetime(moment)
    assert Timestamp(**timestamp(moment)) == plain


@given(st.floats(-1e6, 1e6))
def test_a_duration_is_what_the_library_makes_of_it(seconds: float) -> None:
    plain = Duration()
    plain.FromTimedelta(timedelta(seconds=seconds))
    assert duration(seconds) == plain


def test_a_timeout_is_longer_than_zero() -> None:
    assert seconds_of(Duration(seconds=1, nanos=500_000_000)) == (1.5, [])
    for wrong in (Duration(), Duration(seconds=-1), Duration(nanos=-1)):
        assert [violation.field for violation in seconds_of(wrong)[1]] == ["timeout"]
