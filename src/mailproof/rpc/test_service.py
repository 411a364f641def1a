"""smtpdiag.v1.TestService: convert, call the use case, convert; the guards have passed."""

from __future__ import annotations

from mailproof.rpc.context import Context
from mailproof.rpc.test_messages import kept_test, kept_tests
from mailproof.usecases.kept_test_pages import KeptTestPages
from smtpdiag.v1 import test_pb2


class TestService:
    """smtpdiag.v1.TestService."""

    def __init__(self, tests: KeptTestPages) -> None:
        self._tests = tests

    async def GetTest(  # noqa: N802 - RPC names are the contract's
        self, request: test_pb2.GetTestRequest, context: Context
    ) -> test_pb2.GetTestResponse:
        """Return a kept test."""
        with_report = request.view != test_pb2.TEST_VIEW_BASIC
        shown = await self._tests.get(context.caller, request.id.strip(), with_report=with_report)
        return test_pb2.GetTestResponse(test=kept_test(shown, context.language))

    async def ListTests(  # noqa: N802
        self, request: test_pb2.ListTestsRequest, context: Context
    ) -> test_pb2.ListTestsResponse:
        """Return a page of kept tests."""
        page = await self._tests.list(
            context.caller,
            page_size=request.page_size,
            token=request.page_token,
            filter_=request.filter,
            order_by=request.order_by,
            config_id=request.config_id.strip(),
            with_reports=request.view == test_pb2.TEST_VIEW_FULL,
        )
        return kept_tests(page, context.language)
