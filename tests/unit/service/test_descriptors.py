"""How the open files are divided."""

import pytest

from mailproof.service.descriptors import share
from mailproof.transport.grpc_sockets import slack


@pytest.mark.parametrize("descriptors", [256, 1024, 4096, 20_000, 1_048_576])
def test_connections_leave_room_for_tests_and_the_store(descriptors: int) -> None:
    shares = share(descriptors, tests=100, database=20, http=10_000, grpc=2_000)
    taken = shares.http + shares.grpc + slack(shares.grpc)
    assert taken <= descriptors - min(900, descriptors // 2)
    assert min(shares.http, shares.grpc) >= 16


def test_where_there_are_enough_all_that_is_wanted_is_given() -> None:
    shares = share(20_000, tests=100, database=20, http=10_000, grpc=2_000)
    assert (shares.http, shares.grpc) == (10_000, 2_000)


def test_few_wanted_are_few() -> None:
    shares = share(1024, tests=100, database=20, http=10_000, grpc=20)
    assert shares.grpc == 20
    assert shares.http > 400
