"""Learners over HTTP: welfare workers of all agencies, what they have taken, certificates."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.audit import audit
from chassis.context import Context, Ctx, Session
from contracts.calendar import today
from contracts.catalogue import agencies
from contracts.message import Code, Private
from services.participation.api.door import KEEPERS, page_end
from services.participation.api.writing import Keeper, Reader, Write, records
from services.participation.fields import Line, Reference, Sent, titled
from services.participation.models import Certificate, Learner
from services.participation.refusals import missing, refuse
from services.participation.store import training as store
from services.participation.training import certificate_number

router = records("受講者 / learners")

JOBS = {
    "counsellor": "相談支援員",
    "care-manager": "ケアマネジャー",
    "care-worker": "介護職",
    "nursery-teacher": "保育士",
    "public-health-nurse": "保健師・看護師",
    "community-social-worker": "地域福祉コーディネーター",
    "official": "区職員",
    "minsei-iin": "民生委員・児童委員",
    "resident": "区民",
    "other": "その他",
}
Job = Literal[
    "counsellor",
    "care-manager",
    "care-worker",
    "nursery-teacher",
    "public-health-nurse",
    "community-social-worker",
    "official",
    "minsei-iin",
    "resident",
    "other",
]


class NewLearner(Sent):
    agency: Code = Field(title="所属", description="支援機関の符号。区民は resident")
    reference: Reference = Field(title="所属での番号")
    job: Job = Field(title="職種", json_schema_extra=titled(JOBS))
    name: Line = Field(title="氏名", description="暗号化して保管し、見た記録が残ります")


class LearnerRow(BaseModel):
    learner_id: UUID
    agency: str
    agency_name: str
    reference: str
    job: str
    job_label: str
    active: bool
    name: Private
    """None for those who do not keep the records."""


class LearnerList(BaseModel):
    learners: list[LearnerRow]
    next: str | None


class CertificateView(BaseModel):
    certificate_id: UUID
    number: str
    course_id: UUID
    course_title: str
    subject: str
    issued_on: date
    valid_until: date | None
    holds: bool
    """Whether it holds today."""


class LearnerDetail(LearnerRow):
    certificates: list[CertificateView]


class CertificatePage(CertificateView):
    """What is printed on a certificate."""

    name: Private
    agency_name: str


@router.post("/learners", response_model=LearnerRow, status_code=201)
async def enter_learner(sent: NewLearner, write: Write) -> JSONResponse:
    async def act() -> LearnerRow:
        made = await store.enter_learner(
            write.session,
            write.ctx.vault,
            {"name": sent.name},
            **sent.model_dump(exclude={"name"}),
        )
        if made is None:
            raise refuse(409, "reference-taken", "reference")
        await write.done("learner.enter", made.learner_id)
        return await learner_row(write.session, write.ctx, made)

    return await write.once(act, status=201)


@router.get("/learners")
async def learner_list(
    caller: Reader,
    ctx: Ctx,
    session: Session,
    agency: str | None = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> LearnerList:
    rows = list(await store.list_learners(session, agency=agency, after=after, limit=limit + 1))
    named = ctx if caller.has(*KEEPERS) else None
    for row in rows[:limit] if named else ():
        await audit(session, caller, "learner.read", "learner", str(row.learner_id))
    return LearnerList(
        learners=[await learner_row(session, named, row) for row in rows[:limit]],
        next=page_end(rows, limit, lambda row: row.learner_id),
    )


@router.get("/learners/{learner_id}")
async def read_learner(
    learner_id: UUID, caller: Keeper, ctx: Ctx, session: Session
) -> LearnerDetail:
    """What somebody has taken, and until when it holds."""
    learner = await store.find_learner(session, learner_id)
    if learner is None:
        raise missing("learner")
    await audit(session, caller, "learner.read", "learner", str(learner_id))
    row = await learner_row(session, ctx, learner)
    return LearnerDetail(
        **row.model_dump(),
        certificates=[
            await _certificate(session, one)
            for one in await store.certificates_of(session, learner_id)
        ],
    )


@router.get("/certificates/{certificate_id}")
async def read_certificate(
    certificate_id: UUID, caller: Keeper, ctx: Ctx, session: Session
) -> CertificatePage:
    """修了証, to be printed."""
    found = await store.find_certificate(session, certificate_id)
    learner = await store.find_learner(session, found.learner_id) if found else None
    if found is None or learner is None:
        raise missing("certificate")
    await audit(session, caller, "learner.read", "learner", str(learner.learner_id))
    view = await _certificate(session, found)
    return CertificatePage(
        **view.model_dump(),
        name=await store.name_of(session, ctx.vault, learner),
        agency_name=_agency(learner.agency),
    )


async def learner_row(session: AsyncSession, ctx: Context | None, learner: Learner) -> LearnerRow:
    """A learner; the name only where the context's vault is given."""
    name = await store.name_of(session, ctx.vault, learner) if ctx is not None else None
    return LearnerRow(
        **learner.model_dump(exclude={"sealed"}),
        agency_name=_agency(learner.agency),
        job_label=JOBS[learner.job],
        name=name,
    )


async def _certificate(session: AsyncSession, one: Certificate) -> CertificateView:
    course = await store.find_course(session, one.course_id)
    return CertificateView(
        **one.model_dump(exclude={"fiscal_year", "serial", "learner_id"}),
        number=certificate_number(one.fiscal_year, one.serial),
        course_title=course.title if course else "",
        holds=one.valid_until is None or one.valid_until >= today(),
    )


def _agency(code: str) -> str:
    known = agencies(today()).get(code)
    return known.name if known else {"resident": "区民"}.get(code, code)
