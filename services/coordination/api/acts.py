"""What people do: stored as a command, delivered to the workflow, answered with its outcome."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from chassis.auth import Caller
from chassis.context import Ctx, Session
from chassis.idempotency import IdempotencyKey
from services.coordination import acting, reading, views
from services.coordination.api.cases import PREFIX, Answers
from services.coordination.forms import MODELS, schema_of

router = APIRouter(prefix=PREFIX, tags=["操作 / acts"])


AnAct = Annotated[
    dict[str, Any],
    WithJsonSchema({"oneOf": [schema_of(code) for code in sorted(MODELS)], "title": "行為"}),
]
"""Any act by its `act` code. Read where acts are read for everybody, so that a fault is named by
its field, `act.measure`, whichever way the act came in."""


class Completion(BaseModel):
    """An act that a task asks for."""

    model_config = ConfigDict(extra="forbid")

    act: AnAct
    seen: str | None = Field(default=None, max_length=100)
    """The `version` of the allowed act as it was shown: 409 `stale-form` if that is past."""


class Doing(Completion):
    """An act on a case, or on one of its workflows."""

    target: views.Target | None = None


@router.post(
    "/tasks/{task_id}/complete", summary="作業の完了 / Do what a task asks for", responses=Answers
)
async def complete_task(
    ctx: Ctx, caller: Caller, key: IdempotencyKey, task_id: UUID, sent: Completion, answer: Response
) -> views.CommandView:
    """200 は反映済み、202 は処理中です。200: it had its effect; 202: it is on its way."""
    done = await acting.complete_task(ctx, caller, task_id, sent.act, key, sent.seen)
    return _answered(done, answer)


@router.post("/cases/{case_id}/acts", summary="ケースへの操作 / Act on a case", responses=Answers)
async def act_on_case(
    ctx: Ctx, caller: Caller, key: IdempotencyKey, case_id: UUID, sent: Doing, answer: Response
) -> views.CommandView:
    """200 は反映済み、202 は処理中です。200: it had its effect; 202: it is on its way."""
    done = await acting.act_on_case(ctx, caller, case_id, sent.act, key, sent.target, sent.seen)
    return _answered(done, answer)


@router.get(
    "/cases/{case_id}/suggestions/{act}", summary="様式の下書き / What a form may begin with"
)
async def suggest(
    ctx: Ctx,
    session: Session,
    caller: Caller,
    case_id: UUID,
    act: str,
    target: UUID | None = None,
) -> dict[str, Any]:
    """From what the case has already: assessment, the version before, what the meeting left."""
    return await reading.suggest(ctx, session, caller, case_id, act, target or case_id)


@router.get("/commands/{command_id}", summary="操作の結果 / What came of an act")
async def show_command(session: Session, caller: Caller, command_id: UUID) -> views.CommandView:
    return await reading.show_command(session, caller, command_id)


def _answered(done: views.CommandView, answer: Response) -> views.CommandView:
    answer.status_code = 202 if done.status == "pending" else 200
    return done
