"""Forms for the records of community building: drawn from the API's own description of its bodies.

Which forms there are stands in `community_forms`. Questions, choices and titles are those of
participation's OpenAPI document, so a new field needs nothing here.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response

from chassis.problems import Problem
from contracts import catalogue
from contracts.calendar import today
from contracts.community import day_sheet_items
from contracts.events import new_id
from services.coordination.portal.access import Looking, Sent, Viewer
from services.coordination.portal.acts import KEY_FIELD, sent_values
from services.coordination.portal.community_forms import FORMS, LISTS, Form
from services.coordination.portal.forms import MORE, Choice
from services.coordination.portal.pages import render, see
from services.coordination.portal.records import PARTICIPATION, ask
from services.coordination.portal.schema_form import Sheet, misplaced, wrong

router = APIRouter()

ROWS_FIELD, VERSION_FIELD = "_rows", "_version"
MOST_ROWS = 20


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
