"""Whole lives of cases."""

from contracts import acts
from tests.workflows.ward import Ward, opened


async def test_a_question_that_can_be_answered_ends_with_information(ward: Ward) -> None:
    case = await opened(ward)
    outcome = await case.act(acts.EndWithInformation())
    assert outcome.state == "closed"
    assert (await case.result())["reason"] == "information"
