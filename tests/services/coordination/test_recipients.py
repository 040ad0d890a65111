"""A consent that names who may be told is no ground for telling anybody else."""

import pytest

from services.coordination.models import Disclosure
from tests.services.coordination.desk import Desk


@pytest.mark.parametrize(
    ("recipients", "basis"),
    [([], "consent"), (["jobota"], "consent"), (["houkatsu"], "appi-69-2-2")],
)
async def test_a_referral_rests_on_consent_only_where_the_agency_may_be_told(
    desk: Desk, recipients: list[str], basis: str
) -> None:
    case = await desk.open()
    await desk.consent(case, recipients=recipients)
    await desk.referral(case, "jobota")
    told = await desk.row(Disclosure, case_id=case.case_id, what="referral")
    assert (told.to_agency, told.legal_basis) == ("jobota", basis)
