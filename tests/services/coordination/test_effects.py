"""What every act does: rows, facts, and nothing the second time.

Each act of `contracts.acts` has a scenario of its own name; an act without one fails the test.
"""

import pytest

from services.coordination.effects import EFFECTS
from services.coordination.forms import MODELS
from services.coordination.models import TimelineEntry
from tests.services.coordination.desk import Desk
from tests.services.coordination.scenarios import SCENARIOS


@pytest.mark.parametrize("code", sorted(MODELS))
async def test_every_act_has_its_effect_and_has_it_once(desk: Desk, code: str) -> None:
    case = await SCENARIOS[code](desk)
    entries = await desk.rows(TimelineEntry, case_id=case.case_id)
    assert code in {entry.act for entry in entries}
    before = await desk.count()
    assert desk.last is not None
    await desk.activities.record_step(desk.last)
    assert await desk.count() == before, "the same step told twice has one effect"


def test_no_effect_is_left_over_from_an_act_that_is_gone() -> None:
    assert set(EFFECTS) == set(MODELS)
