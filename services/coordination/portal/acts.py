"""The form of one act: shown, sent, and what the case made of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from fastapi import Request, Response
from starlette.datastructures import FormData

from chassis.context import Context
from chassis.problems import Problem
from contracts import catalogue
from contracts.calendar import today
from contracts.cases import Refusal
from contracts.events import new_id
from services.coordination import labels, problems, views
from services.coordination.forms import MODELS, fields_of
from services.coordination.portal.access import Submission, Viewer
from services.coordination.portal.elsewhere import Elsewhere
from services.coordination.portal.form_values import BASED_ON, act_of
from services.coordination.portal.forms import (
    MORE,
    Choice,
    Control,
    Given,
    controls,
    errors_by_field,
)
from services.coordination.portal.pages import see
from services.coordination.reading import CaseFilter, find_cases

SEEN_FIELD = "_seen"
"""Which version of the case the form was shown for: what happened since is told before an act."""

KEY_FIELD = "_key"
"""The form's Idempotency-Key, made when it is shown: sent twice, it counts once."""

NAME_AWAY = "氏名を取得できません"
INTO_CASE, RESOURCE, DAILY_AREA = "into_case_id", "resource_id", "daily_area"
PARTICIPATION = "/api/participation/v1"
PLACE_KINDS = ("start_participation", "kinds")
HINTS = {
    INTO_CASE: "統合先のケースの受付番号(例 R8-大森-00001)",
    "witnesses": "口頭の同意のときは、立ち会った職員を2名以上選びます",
    "form_version": "空欄のときは、同意を得た日に使っていた版になります",
    "document_id": "半角の英数字(例 r8-consent-00012)",
    "note": "記録に残ります。ほかの機関へは自動では送られません",
}


@dataclass(frozen=True)
class ActForm:
    """One act's form as the page shows it."""

    code: str
    label: str
    leads_to: tuple[str, ...]
    controls: list[Control]
    action: str | None
    """None: what was typed is only kept to be read, as the act cannot be done any more."""
    key: str
    version: str = ""
    more: str = MORE
    error: str | None = None
    loose: list[str] = field(default_factory=list)
    problem: Problem | None = None

    @property
    def wrong(self) -> list[Control]:
        return [control for control in self.controls if control.error]


@dataclass(frozen=True)
class Surroundings:
    """What an act's form needs to know beside its fields."""

    viewer: Viewer
    elsewhere: Elsewhere
    names: Mapping[str, str] | None

    def name(self, person_id: str) -> str:
        found = (self.names or {}).get(person_id)
        return found or f"{NAME_AWAY}({person_id[-6:]})"


async def blank(
    around: Surroundings,
    allowed: views.AllowedAct,
    action: str,
    known: Mapping[str, Any] | None = None,
) -> ActForm:
    """The form of an act before anything is typed, with what is known and what can be guessed."""
    own = around.viewer.principal.agency
    suggested: dict[str, Any] = {}
    for one in allowed.fields:
        if one.type == "agency" and one.required and own in {c.value for c in one.choices}:
            suggested[one.name] = own
        elif one.name == "on":
            suggested[one.name] = today().isoformat()
        elif one.type == "person" and one.required and len(one.choices) == 1:
            suggested[one.name] = str(one.choices[0].value)
    suggested.update({name: value for name, value in (known or {}).items() if value is not None})
    return await _form(around, allowed, action, Given(suggested=suggested), str(new_id()))


async def again(
    around: Surroundings,
    allowed: views.AllowedAct,
    action: str,
    form: FormData,
    problem: Problem | None = None,
) -> ActForm:
    """The form as it was sent, with what was wrong with it, or with more rows."""
    sent = sent_values(form)
    if problem is not None and problem.code == Refusal.STALE_DRAFT:
        # Whoever sends it once more has been shown the newer 稿.
        sent[BASED_ON] = [str(problem.more["revision"])]
    given = Given(sent=sent, more_rows=MORE in form)
    key = str(form.get(KEY_FIELD) or new_id())
    # A refused command keeps its key; what is sent next is another one.
    return await _form(around, allowed, action, given, str(new_id()) if problem else key, problem)


def past(code: str, case: views.CaseView, target: views.Target) -> views.AllowedAct:
    """The form of an act that cannot be done now, so that what was typed for it can be read.

    Raises Problem 404 for no such act.
    """
    if code not in MODELS:
        raise problems.not_found()
    return views.AllowedAct(
        act=code,
        label=labels.act(code),
        target=target,
        version="",
        leads_to=(),
        fields=fields_of(code, catalogue.agencies(today()), case.persons),
        schema_={},
    )


async def kept(around: Surroundings, known: views.AllowedAct, form: FormData) -> ActForm:
    """What was typed for an act that cannot be done any more."""
    return await _form(around, known, None, Given(sent=sent_values(form)), str(new_id()))


async def _form(
    around: Surroundings,
    allowed: views.AllowedAct,
    action: str | None,
    given: Given,
    key: str,
    problem: Problem | None = None,
) -> ActForm:
    placed, loose = _errors(problem, [one.name for one in allowed.fields])
    return ActForm(
        code=allowed.act,
        label=allowed.label,
        leads_to=tuple(one.label for one in allowed.leads_to),
        controls=controls(allowed.fields, given, placed, await _choices(around, allowed), HINTS),
        action=action,
        key=key,
        version=allowed.version,
        error=problem.ja if problem else None,
        loose=loose,
        problem=problem,
    )


def _errors(problem: Problem | None, names: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    if problem is None:
        return {}, []
    placed, loose = errors_by_field(problem.more.get("errors", ()), names)
    if problem.field and not problem.more.get("errors"):
        placed, _ = errors_by_field([{"field": problem.field, "ja": problem.ja}], names)
    return placed, loose


async def _choices(around: Surroundings, allowed: views.AllowedAct) -> dict[str, list[Choice]]:
    found: dict[str, list[Choice]] = {}
    for one in allowed.fields:
        if one.type == "person":
            found[one.name] = [Choice(str(c.value), around.name(str(c.value))) for c in one.choices]
        elif one.name == RESOURCE:
            found[one.name] = await _candidates(around, allowed.target.id, allowed.act)
        elif one.name == DAILY_AREA:
            found[one.name] = [Choice(a.daily_area, a.daily_area) for a in catalogue.areas()]
        elif (allowed.act, one.name) == PLACE_KINDS:
            found[one.name] = [Choice(*pair) for pair in catalogue.resource_kinds().items()]
    return found


async def _candidates(around: Surroundings, placement_id: UUID, act: str) -> list[Choice]:
    """Places for the wish: those proposed, with the reasons, then any other of its kinds; to wait
    for, those without a free place. Empty if participation cannot be asked."""
    token, ask = around.viewer.token, around.elsewhere.get
    try:
        wish = await ask(token, f"{PARTICIPATION}/placements/{placement_id}")
        others: dict[str, Any] = {}
        for kind in wish["kinds"]:
            found = await ask(token, f"{PARTICIPATION}/resources/search", kind=kind, limit=200)
            others |= {row["resource_id"]: row for row in found["resources"]}
        if act == "join_waiting_list":
            return [_place(row) for row in others.values() if not _has_room(row)]
        path = f"{PARTICIPATION}/placements/{placement_id}/candidates"
        proposed = (await ask(token, path))["candidates"]
    except (Problem, KeyError, TypeError):
        return []
    known = {row["resource_id"] for row in proposed}
    rest = (row for key, row in others.items() if key not in known and _has_room(row))
    return [
        *(_place(row["resource"], _why(number, row)) for number, row in enumerate(proposed, 1)),
        *(_place(row, "候補外") for row in rest),
    ]


def _place(row: Mapping[str, Any], said: str = "") -> Choice:
    return Choice(row["resource_id"], f"{row['name']}({said})" if said else row["name"])


def _why(number: int, row: Mapping[str, Any]) -> str:
    cautions = f" 確認: {'、'.join(row['caution_labels'])}" if row["caution_labels"] else ""
    return f"{number}位: {'、'.join(row['reason_labels'])}{cautions}"


def _has_room(row: Mapping[str, Any]) -> bool:
    free = row["capacity"] is None or row["held"] < row["capacity"]
    return bool(free and row["capacity_status"] != "waiting-list")


def sent_values(form: FormData) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            found.setdefault(name, []).append(value)
    return found


async def act_sent(
    ctx: Context, sent: Submission, code: str, fields: Sequence[views.Field]
) -> dict[str, Any]:
    """The act's JSON from the posted form. Raises Problem 422 for an unknown receipt number."""
    act = act_of(code, fields, sent_values(sent.form))
    if typed := act.get(INTO_CASE):
        act[INTO_CASE] = await _case_of(ctx, sent.viewer, typed)
    return act


async def _case_of(ctx: Context, viewer: Viewer, typed: str) -> str:
    try:
        return str(UUID(typed))
    except ValueError:
        async with ctx.database.transaction() as session:
            found = await find_cases(
                session, viewer.principal, CaseFilter(receipt_number=typed, limit=1)
            )
    if not found.items:
        raise Problem(
            422,
            "unknown-case",
            ja="この受付番号のケースは見つかりません",
            en="No case has this receipt number",
            field=INTO_CASE,
        )
    return str(found.items[0].case_id)


async def tried(
    ctx: Context,
    sent: Submission,
    known: views.AllowedAct,
    post: Callable[[dict[str, Any], str, str | None], Awaitable[views.CommandView]],
) -> views.CommandView | Problem | None:
    """What came of posting a form's act, its key and the version it was shown for.

    None if only more rows were asked for. A refusal that the form can show is given back; 401, 404
    and 503 are raised.
    """
    if MORE in sent.form:
        return None
    try:
        act = await act_sent(ctx, sent, known.act, known.fields)
        key = sent.text(KEY_FIELD) or str(new_id())
        return await post(act, key, sent.text(SEEN_FIELD) or None)
    except Problem as problem:
        if problem.status in (401, 404, 503):
            raise
        return problem


def settled(request: Request, label: str, command: views.CommandView) -> Response:
    """Where to go after an act was taken: the case, or the page that waits for it."""
    if command.status == "pending":
        return see(request, f"/commands/{command.command_id}")
    said = f"「{label}」を記録しました。ケースの状態: {command.case.state_label}"
    return see(request, f"/cases/{command.case_id}", said)
