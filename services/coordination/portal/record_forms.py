"""Forms for the records of community building: drawn from the API's own description of its bodies.

A form is an entry of `FORMS`: where its body goes and which page follows. Questions, choices and
titles are those of participation's OpenAPI document, so a new field needs nothing here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request, Response

from chassis.problems import Problem
from contracts import catalogue
from contracts.calendar import today
from contracts.community import day_sheet_items
from contracts.events import new_id
from services.coordination.portal.access import Looking, Sent, Viewer
from services.coordination.portal.acts import KEY_FIELD, sent_values
from services.coordination.portal.forms import MORE, Choice
from services.coordination.portal.pages import render, see
from services.coordination.portal.records import PARTICIPATION, ask
from services.coordination.portal.schema_form import Sheet, misplaced, wrong

router = APIRouter()

ROWS_FIELD, VERSION_FIELD = "_rows", "_version"
MOST_ROWS = 20


@dataclass(frozen=True)
class Form:
    """A form. `{id}` in the paths is the record it is about."""

    title: str
    path: str
    back: str
    button: str = "登録する"
    done: str = "登録しました。"
    lead: str = ""
    rows: bool = False
    """Whether it has a list of rows that can grow."""


FORMS: dict[str, Form] = {
    "venue": Form("会場の登録", "/venues", "/community/venues"),
    "venue-correction": Form(
        "会場の変更", "/venues/{id}/correction", "/community/venues/{id}", "変更する"
    ),
    "reporting-way": Form(
        "実績の数え方の設定",
        "/reporting-ways",
        "/community/reporting-ways",
        "設定する",
        lead="会場または種別ごとに、ある日からの実績を、活動報告のファイルか、ここの記録か、"
        "どちらか一方だけで数えます。",
    ),
    "sheet-withdrawal": Form(
        "日報の取消し",
        "/day-sheets/{id}/withdrawal",
        "/community/venues",
        "取り消す",
        lead="この日報はどの数字にも数えられなくなり、その日の日報を書き直せます。",
    ),
    "group": Form("団体の登録", "/groups", "/community/groups"),
    "group-standing": Form(
        "団体の状態",
        "/groups/{id}/standing",
        "/community/groups",
        "変更する",
        lead="活動中でない団体には、食料を渡せません。",
    ),
    "activity": Form("地域活動の登録", "/activities", "/community/activities"),
    "activity-status": Form(
        "状態の変更", "/activities/{id}/status", "/community/activities/{id}", "変更する"
    ),
    "support": Form(
        "支援の記録", "/activities/{id}/supports", "/community/activities/{id}", "記録する"
    ),
    "support-correction": Form(
        "支援の記録の訂正", "/supports/{id}/correction", "/community/activities", "訂正する"
    ),
    "support-withdrawal": Form(
        "支援の記録の取消し", "/supports/{id}/withdrawal", "/community/activities", "取り消す"
    ),
    "session": Form("開催日の登録", "/activities/{id}/sessions", "/community/activities/{id}"),
    "volunteer": Form("ボランティアの登録", "/volunteers", "/community/volunteers", rows=True),
    "volunteer-change": Form(
        "ボランティアの変更", "/volunteers/{id}/change", "/community/volunteers", "変更する"
    ),
    "food-drive": Form("フードドライブの記録", "/food-drives", "/community/food"),
    "drive-correction": Form(
        "人数の訂正", "/food-drives/{id}/correction", "/community/food", "訂正する"
    ),
    "drive-withdrawal": Form(
        "フードドライブの取消し", "/food-drives/{id}/withdrawal", "/community/food", "取り消す"
    ),
    "donor": Form("提供者の登録", "/donors", "/community/donors"),
    "food-lot": Form("食料の受入れ", "/food-lots", "/community/food"),
    "disposal": Form("廃棄", "/food-lots/{id}/disposal", "/community/food/lots/{id}", "廃棄する"),
    "stocktaking": Form(
        "棚卸", "/food-lots/{id}/stocktaking", "/community/food/lots/{id}", "記録する"
    ),
    "recall": Form(
        "回収",
        "/food-lots/{id}/recall",
        "/community/food/lots/{id}",
        "回収する",
        lead="このロットは以後どの団体にも渡せません。渡した団体は次の画面に出ます。",
    ),
    "pantry": Form("フードパントリーの予定", "/pantries", "/community/pantries"),
    "hand-over-withdrawal": Form(
        "受渡しの取消し",
        "/hand-overs/{id}/withdrawal",
        "/community/pantries",
        "取り消す",
        lead="渡した食料は在庫に戻り、団体は数えられなくなります。",
    ),
    "notice": Form(
        "気づきの登録",
        "/issues",
        "/community/issues",
        lead="地域の困りごとへの気づきを、個人が分からない形で書いてください。",
    ),
    "issue-description": Form(
        "課題の内容", "/issues/{id}/description", "/community/issues/{id}", "書き込む"
    ),
    "issue-intake": Form(
        "相談につないだ記録", "/issues/{id}/intake", "/community/issues/{id}", "記録する"
    ),
    "issue-joining": Form(
        "まとまりに入れる", "/issues/{id}/group", "/community/issues/{id}", "入れる"
    ),
    "issue-group": Form("課題をまとめる", "/issue-groups", "/community/issues", "まとめる"),
    "issue-note": Form(
        "話し合いの記録", "/issue-groups/{id}/notes", "/community/issue-groups/{id}", "記録する"
    ),
    "issue-answer": Form(
        "課題への回答", "/issue-groups/{id}/answer", "/community/issue-groups/{id}", "回答する"
    ),
    "course": Form("講座の登録", "/courses", "/community/courses"),
    "course-session": Form("日程の登録", "/courses/{id}/sessions", "/community/courses/{id}"),
    "registration": Form(
        "受講の申込み", "/courses/{id}/registrations", "/community/courses/{id}", "申し込む"
    ),
    "cancellation": Form(
        "申込みの取消し", "/courses/{id}/cancellations", "/community/courses/{id}", "取り消す"
    ),
    "completion": Form(
        "講座の修了",
        "/courses/{id}/completion",
        "/community/courses/{id}",
        "修了にする",
        lead="すべての日程に出席した人に、修了証が出ます。",
    ),
    "learner": Form("受講者の登録", "/learners", "/community/learners"),
}

LISTS = {
    "group_id": ("/groups", "groups", "group_id", "name"),
    "activity_id": ("/activities", "activities", "activity_id", "name"),
    "learner_id": ("/learners?limit=200", "learners", "learner_id", "name"),
    "donor_id": ("/donors?limit=200", "donors", "donor_id", "name"),
    "drive_id": ("/food-drives", "drives", "drive_id", "place"),
    "issue_group_id": ("/issue-groups", "groups", "issue_group_id", "title"),
    "issue_ids": ("/issues?status=open", "issues", "issue_id", "theme_label"),
    "resource_id": ("/resources?status=published&limit=200", "resources", "resource_id", "name"),
}
"""Where the choices of a question come from, by its name: path, list, value and label."""


@router.get("/community/forms/{name}")
async def blank(looking: Looking, request: Request, name: str, id: str = "") -> Response:
    form = _form(name)
    values = {key: request.query_params.getlist(key) for key in request.query_params}
    values = {"on": [today().isoformat()], **values}
    sheet = await _sheet(request, looking, form, name, values, fresh=True)
    return _page(request, form, name, id, sheet, str(new_id()), values)


@router.post("/community/forms/{name}")
async def send(sent: Sent, request: Request, name: str, id: str = "") -> Response:
    """Sends the record as this person; a refusal comes back to the form with all that was typed."""
    form, values = _form(name), sent_values(sent.form)
    key = sent.text(KEY_FIELD) or str(new_id())
    sheet = await _sheet(request, sent.viewer, form, name, values)
    if MORE in sent.form:
        more = replace(sheet, rows=min(sheet.rows + 1, MOST_ROWS))
        return _page(request, form, name, id, more, key, values)
    body = sheet.body()
    if sent.text(VERSION_FIELD).isdigit():
        body["version"] = int(sent.text(VERSION_FIELD))
    try:
        await request.app.state.elsewhere.post(
            sent.viewer.token, f"{PARTICIPATION}{_at(form.path, id)}", key, body
        )
    except Problem as problem:
        if problem.status in (401, 503):
            raise
        errors = {
            str(error.get("field", "")): str(error.get("ja", problem.ja))
            for error in problem.more.get("errors", ())
        }
        again = replace(sheet, errors=errors)
        return _page(request, form, name, id, again, str(new_id()), values, problem)
    return see(request, _at(form.back, id), form.done)


def _form(name: str) -> Form:
    if name not in FORMS:
        raise Problem(404, "not-found", ja="この画面はありません", en="No such form")
    return FORMS[name]


def _at(path: str, id: str) -> str:
    """The path about a record. Raises Problem 404 for what is no id."""
    if "{id}" in path and not id.replace("-", "").isalnum():
        raise Problem(404, "not-found", ja="この画面はありません", en="No such record")
    return path.replace("{id}", id)


async def _sheet(
    request: Request,
    who: Viewer,
    form: Form,
    name: str,
    values: Mapping[str, Any],
    *,
    fresh: bool = False,
) -> Sheet:
    document = await ask(request, who, "/openapi.json")
    schema = _body_schema(document, form.path)
    rows = (values.get(ROWS_FIELD) or ["1"])[0]
    choices = await _choices(request, who, name, set(schema.get("properties", {})))
    return Sheet(
        schema,
        values,
        rows=min(max(int(rows), 1), MOST_ROWS) if rows.isdigit() else 1,
        fresh=fresh,
        choices=choices,
    )


def _body_schema(document: Mapping[str, Any], path: str) -> dict[str, Any]:
    """What the API says about a POST's body, with the definitions that it refers to."""
    # The API names its own path parameters; a form's `{id}` stands for any one of them.
    wanted = f"{PARTICIPATION}{path}"
    for template, methods in document["paths"].items():
        if "post" in methods and _alike(template, wanted):
            body = methods["post"]["requestBody"]["content"]["application/json"]["schema"]
            found: Any = document
            for part in body["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            return {**_hinted(found), "components": _hinted(document["components"])}
    raise Problem(404, "not-found", ja="この画面はありません", en="No such form")


def _alike(template: str, wanted: str) -> bool:
    ours, theirs = wanted.split("/"), template.split("/")
    return len(ours) == len(theirs) and all(
        mine == their or (mine == "{id}" and their.startswith("{"))
        for mine, their in zip(ours, theirs, strict=True)
    )


def _hinted(schema: Any) -> Any:
    """Descriptions written for people, in Japanese, as hints beside their questions."""
    if not isinstance(schema, dict):
        return [_hinted(one) for one in schema] if isinstance(schema, list) else schema
    found = {name: _hinted(value) for name, value in schema.items()}
    said = schema.get("description")
    if (
        isinstance(said, str)
        and "title" in schema
        and not said.isascii()
        and "type" in schema | {"anyOf": 0}
    ):
        found["x-hint"] = said
    return found


async def _choices(
    request: Request, who: Viewer, name: str, asked: set[str]
) -> dict[str, list[Choice]]:
    found: dict[str, list[Choice]] = {
        "daily_area": [Choice(a.daily_area, a.daily_area) for a in catalogue.areas()]
    }
    for field in asked & set(LISTS):
        path, rows, value, label = LISTS[field]
        told = await ask(request, who, path)
        found[field] = [Choice(row[value], _label(row, label)) for row in told[rows]]
    if name == "venue":
        sheets = {c for c in catalogue.channels(today()) if day_sheet_items(c)}
        found["channel"] = [
            Choice(c, catalogue.channels(today())[c].ward_programme) for c in sorted(sheets)
        ]
    if name == "learner":
        agencies = catalogue.agencies(today()).values()
        found["agency"] = [Choice(a.agency, a.name) for a in agencies]
        found["agency"].append(Choice("resident", "区民"))
    return found


def _label(row: Mapping[str, Any], label: str) -> str:
    """A name, with what tells rows of the same name apart."""
    more = row.get("on") or row.get("agency_name") or row.get("daily_area") or ""
    return f"{row.get(label) or '(氏名なし)'}{f'({more})' if more else ''}"


def _page(
    request: Request,
    form: Form,
    name: str,
    id: str,
    sheet: Sheet,
    key: str,
    values: Mapping[str, Any],
    problem: Problem | None = None,
) -> Response:
    section = sheet.section(frozenset({"version"}))
    version = (values.get("version") or values.get(VERSION_FIELD) or [""])[0]
    return render(
        request,
        "record_form.html",
        problem.status if problem else 200,
        form=form,
        name=name,
        id=id,
        section=section,
        rows=sheet.rows,
        key=key,
        version=version,
        back=_at(form.back, id),
        error=problem.ja if problem else None,
        wrong=wrong(section),
        loose=misplaced(sheet.errors, section),
        more=MORE,
    )
