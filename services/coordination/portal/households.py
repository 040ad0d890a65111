"""A case's household as intake keeps it: people, relations, guarding flags, hidden carers, 年表.

Names, addresses and words are asked for with the token of the person who looks, and kept nowhere
here. Each form has a page of its own; what intake refuses comes back with all that was typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from chassis.context import Ctx, Session
from chassis.problems import Problem
from contracts import catalogue
from contracts.calendar import today
from contracts.events import new_id
from services.coordination import problems, views
from services.coordination.portal.access import Looking, Sent, Viewer
from services.coordination.portal.acts import KEY_FIELD, NAME_AWAY, sent_values
from services.coordination.portal.form_values import act_of
from services.coordination.portal.forms import Given, controls, errors_by_field
from services.coordination.portal.pages import render, see
from services.coordination.reading import show_case, show_looks

router = APIRouter()

INTAKE = "/api/intake/v1"
Words = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Household:
    """The household as this person sees it."""

    found: dict[str, Any]
    words: Words
    chronology: list[dict[str, Any]]

    @property
    def id(self) -> str:
        return str(self.found["household_id"])

    def name(self, person_id: str) -> str:
        members = {one["person_id"]: one["name"] for one in self.found["members"]}
        return members.get(person_id) or f"{NAME_AWAY}({person_id[-6:]})"


@dataclass(frozen=True)
class Form:
    """One thing that can be recorded about a household: what it is called, what it asks, where it
    goes. `{household}` and the names of fields stand in the path."""

    title: str
    path: str
    asks: tuple[tuple[str, str, str, bool], ...]
    """Name, label, type or the vocabulary of its choices, whether it is needed."""
    said: str

    def fields(self, house: Household) -> list[views.Field]:
        return [_field(house, *one) for one in self.asks]


FORMS: dict[str, Form] = {
    "members": Form(
        "世帯の人を追加する",
        "/households/{household}/members",
        (
            ("name", "氏名", "code", False),
            ("kana", "フリガナ", "code", False),
            ("birth_date", "生年月日", "date", False),
            ("sex", "性別", "sexes", False),
            ("relation", "続柄", "relations", False),
            ("key_person", "キーパーソン", "yes-no", False),
            ("carer", "介護者・ケアラー", "yes-no", False),
        ),
        "世帯の人を追加しました。対象者にするときは「世帯の人を対象者に加える」を行ってください",
    ),
    "kinships": Form(
        "関係を登録する",
        "/households/{household}/kinships",
        (
            ("person_id", "この人は", "members", True),
            ("other_person_id", "この人の", "members", True),
            ("kind", "関係", "kinships", True),
        ),
        "関係を登録しました",
    ),
    "flags": Form(
        "注意・支援措置を登録する",
        "/persons/{person_id}/flags",
        (
            ("person_id", "だれについて", "members", True),
            ("kind", "種類", "flags", True),
            ("starts_on", "開始日(空欄は本日)", "date", False),
            ("reason", "理由・注意すること", "text", True),
        ),
        "登録しました。期限が来ると自動的に終わります",
    ),
    "renewals": Form(
        "期限を更新する",
        "/flags/{flag_id}/renewals",
        (("flag_id", "更新するもの", "standing", True),),
        "期限を更新しました",
    ),
    "ends": Form(
        "期限の前に終了する",
        "/flags/{flag_id}/end",
        (
            ("flag_id", "終了するもの", "standing", True),
            ("reason", "終了の理由", "flag_ends", True),
        ),
        "終了しました",
    ),
    "address": Form(
        "保護中の住所を確認する",
        "/persons/{person_id}/address",
        (
            ("person_id", "だれの", "hidden", True),
            ("need", "必要な理由", "address_needs", True),
        ),
        "",
    ),
    "judged": Form(
        "気づきを取り下げる",
        "/households/{household}/prompts/judged",
        (
            ("person_id", "だれについて", "members", True),
            ("kind", "気づき", "prompts", True),
            ("reason", "取り下げる理由", "text", True),
        ),
        "取り下げました。新しい理由があれば、また表示されます",
    ),
    "chronology": Form(
        "家族年表に記載する",
        "/households/{household}/chronology",
        (
            ("on_date", "年月日", "date", True),
            ("exact", "どこまで分かるか", "exact", True),
            ("kind", "区分", "life_events", True),
            ("person_ids", "だれのことか", "members*", False),
            ("agency", "提供した機関(空欄は自分の機関)", "agency", False),
            ("legal_basis", "提供の根拠", "grounds", True),
            ("text", "内容", "text", True),
        ),
        "家族年表に記載しました",
    ),
}
"""By the last part of their address."""


def _field(house: Household, name: str, label: str, kind: str, needed: bool) -> views.Field:
    plain = ("text", "date", "code", "yes-no")
    choices: dict[str, str] = {}
    if kind in ("members", "members*"):
        choices = {one["person_id"]: house.name(one["person_id"]) for one in house.found["members"]}
    elif kind == "hidden":
        hidden = [one for one in house.found["members"] if one["address_hidden"]]
        choices = {one["person_id"]: house.name(one["person_id"]) for one in hidden}
    elif kind == "standing":
        choices = {
            flag["flag_id"]: f"{house.name(one['person_id'])} {flag['label']}"
            for one in house.found["members"]
            for flag in one["flags"]
        }
    elif kind == "agency":
        choices = {code: one.name for code, one in catalogue.agencies(today()).items()}
    elif kind not in plain:
        choices = dict(house.words[kind])
    shape = kind if kind in plain else "codes" if kind.endswith("*") else "choice"
    return views.Field(
        name=name,
        label=label,
        type=shape,
        required=needed,
        choices=tuple(views.Choice(value=code, label=word) for code, word in choices.items()),
    )


@router.get("/cases/{case_id}/household")
async def household(
    looking: Looking, session: Session, request: Request, case_id: UUID
) -> Response:
    """Printable: the household, its relations, its flags, and the 家族年表."""
    case = await show_case(session, looking.principal, case_id)
    house = await _household(request, looking, case, chronology=True)
    return render(request, "household.html", case=case, house=house, forms=FORMS)


@router.get("/cases/{case_id}/household/{what}")
async def ask(
    looking: Looking, session: Session, request: Request, case_id: UUID, what: str
) -> Response:
    case = await show_case(session, looking.principal, case_id)
    form = _form(what)
    house = await _household(request, looking, case)
    given = Given(suggested=dict(request.query_params))
    return _page(request, case, form, what, controls(form.fields(house), given), str(new_id()))


@router.post("/cases/{case_id}/household/{what}")
async def record(sent: Sent, ctx: Ctx, request: Request, case_id: UUID, what: str) -> Response:
    looking, form = sent.viewer, _form(what)
    async with ctx.database.transaction() as session:
        case = await show_case(session, looking.principal, case_id)
    house = await _household(request, looking, case)
    fields, values = form.fields(house), sent_values(sent.form)
    body = act_of("", fields, values)
    del body["act"]
    path = form.path.format_map({**body, "household": house.id}) if _named(form, body) else None
    key = sent.text(KEY_FIELD) or str(new_id())
    placed: dict[str, str] = {}
    if path is None:
        said, loose = "入力内容を確かめてください", ["だれについてかを選んでください"]
    else:
        in_path = {name for name in body if f"{{{name}}}" in form.path}
        told = {name: value for name, value in body.items() if name not in in_path}
        try:
            elsewhere = request.app.state.elsewhere
            done = await elsewhere.post(looking.token, INTAKE + path, key, told)
            if what == "address":
                name = house.name(body["person_id"])
                return render(request, "household_address.html", case=case, shown=done, name=name)
            return see(request, f"/cases/{case_id}/household", form.said)
        except Problem as problem:
            if problem.status in (401, 503):
                raise
            errors = problem.more.get("errors") or [{"field": problem.field, "ja": problem.ja}]
            placed, loose = errors_by_field(errors, [one.name for one in fields])
            said = problem.ja
    again = controls(fields, Given(sent=values), placed)
    return _page(request, case, form, what, again, str(new_id()), said, loose)


def _named(form: Form, body: dict[str, Any]) -> bool:
    """Whether everything that the path names was chosen."""
    wanted = [name for name, *_ in form.asks if f"{{{name}}}" in form.path]
    return all(name in body for name in wanted)


@router.post("/cases/{case_id}/household/chronology/{entry_id}/withdrawal")
async def withdraw(sent: Sent, request: Request, case_id: UUID, entry_id: UUID) -> Response:
    path = f"{INTAKE}/chronology/{entry_id}/withdrawal"
    await request.app.state.elsewhere.post(sent.viewer.token, path, str(new_id()), {})
    return see(request, f"/cases/{case_id}/household", "記載を取り下げました")


@router.post("/cases/{case_id}/household/kinships/{kinship_id}/end")
async def end_kinship(sent: Sent, request: Request, case_id: UUID, kinship_id: UUID) -> Response:
    path = f"{INTAKE}/kinships/{kinship_id}/end"
    await request.app.state.elsewhere.post(sent.viewer.token, path, str(new_id()), {})
    return see(request, f"/cases/{case_id}/household", "関係を終了しました")


@router.get("/cases/{case_id}/looks")
async def looks(
    looking: Looking, session: Session, ctx: Ctx, request: Request, case_id: UUID
) -> Response:
    """閲覧の記録: who saw this case, or tried to."""
    case = await show_case(session, looking.principal, case_id)
    shown = await show_looks(ctx, session, looking.principal, case_id)
    return render(request, "looks.html", case=case, looks=shown)


def _form(what: str) -> Form:
    if what not in FORMS:
        raise problems.not_found()
    return FORMS[what]


def _page(
    request: Request,
    case: views.CaseView,
    form: Form,
    what: str,
    asked: list[Any],
    key: str,
    error: str | None = None,
    loose: list[str] | None = None,
) -> Response:
    return render(
        request,
        "household_form.html",
        422 if error else 200,
        case=case,
        title=form.title,
        what=what,
        controls=asked,
        key=key,
        error=error,
        wrong=[one for one in asked if one.error],
        loose=loose or [],
    )


async def _household(
    request: Request, looking: Viewer, case: views.CaseView, *, chronology: bool = False
) -> Household:
    """Raises Problem 404 for a case whose intake names nobody, 503 where intake is away."""
    elsewhere, token = request.app.state.elsewhere, looking.token
    found = await elsewhere.get(token, f"{INTAKE}/intakes/{case.intake_id}/household")
    words = await elsewhere.get(token, f"{INTAKE}/household-words")
    entries: list[dict[str, Any]] = []
    if chronology:
        path = f"{INTAKE}/households/{found['household_id']}/chronology"
        entries = (await elsewhere.get(token, path))["items"]
    return Household(found, words, entries)
