"""A measure is data: which facts it counts, by which arithmetic, with which うち, from which date.

The ward's 22 measures are the indicator table of its plan (section 6, the table by programme); the
national set is what the state asks of a 実施計画 and of the yearly report (process A10). What the
sources leave open is a question with a stated default (process E), and a source of a measure may
depend on its answer.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files
from itertools import combinations
from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

from contracts.calendar import fiscal_year
from services.indicators.entry import Entry


class Arithmetic(StrEnum):
    """How the counted things make the figure."""

    COUNT = "count"
    """件・回: things. A reported line tells how many at once, a fact of a case is one."""
    SUM = "sum"
    """延べ人数: person-visits, added up."""
    DISTINCT = "distinct"
    """Different groups, persons or places in the fiscal year, each once."""
    STOCK = "stock"
    """What there is at the end of the fiscal year: everything added minus everything removed."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Question(_Data):
    """Something that the sources leave to the ward."""

    code: str
    source: str
    """Where the question is put: a section of the process."""
    question: str
    default: str
    choices: dict[str, str]
    only: str | None = None
    """Where there is one choice: why there is no other."""


class Alternative(_Data):
    """Another arithmetic of a measure, or another うち, under answers other than the defaults."""

    answers: dict[str, str]
    arithmetic: "Arithmetic | None" = None
    """None: it counts as ever."""
    sub_flags: tuple[str, ...] | None = None
    key: Literal["group", "venue", "person", "resource"] | None = None

    @property
    def changes(self) -> dict[str, object]:
        """What of the measure is otherwise."""
        counts = {"arithmetic": self.arithmetic, "key": self.key} if self.arithmetic else {}
        return counts | ({} if self.sub_flags is None else {"sub_flags": self.sub_flags})


class Source(_Data):
    """The facts that a measure counts: those of one type that pass every filter that is set."""

    event: str
    value: Literal["quantity", "one", "minus-one"]
    """What one fact adds: what it says, one, or minus one (it leaves the stock)."""
    kinds: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    programmes: tuple[int, ...] = ()
    flags: tuple[str, ...] = ()
    """At least one of these."""
    answers: dict[str, str] = {}
    """The answers to questions under which the source counts at all."""

    def takes(self, entry: Entry) -> bool:
        return (
            entry.event_type == self.event
            and (not self.kinds or entry.kind in self.kinds)
            and (not self.agencies or entry.agency in self.agencies)
            and (not self.programmes or entry.programme_no in self.programmes)
            and (not self.flags or not set(self.flags).isdisjoint(entry.flags))
        )

    def value_of(self, entry: Entry) -> int:
        return {"quantity": entry.quantity, "one": 1, "minus-one": -1}[self.value]

    def overlaps(self, other: "Source") -> bool:
        """Whether one entry might be counted by both, as far as type and kind tell."""
        both = self.event == other.event
        return both and (
            not self.kinds or not other.kinds or not set(self.kinds).isdisjoint(other.kinds)
        )


class Measure(_Data):
    """One indicator, as it is counted from a fiscal year on."""

    id: str
    set: Literal["ward", "national"]
    version: int
    valid_from: date
    """A first of April: a rule never changes within a fiscal year."""
    valid_to: date | None = None
    """A 31 March after which it is no indicator any more; None: until further notice."""
    basic_goal: int | None = None
    programme_no: int | None = None
    """The programme it is printed with."""
    programmes: tuple[int, ...] = ()
    """Every programme it is a figure of: 地域福祉コーディネート事業 belongs to 7, 9 and 10."""
    statute_programme: str = ""
    label: str
    """As printed in the plan."""
    unit: str
    sub_label: str | None = None
    sub_flags: tuple[str, ...] = ()
    """A counted thing with one of these flags is in the うち as well."""
    arithmetic: Arithmetic
    key: Literal["group", "venue", "person", "resource"] | None = None
    """Of what the different ones are counted; only for a distinct count."""
    sources: tuple[Source, ...]
    questions: tuple[str, ...] = ()
    alternatives: tuple[Alternative, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _belongs_at_least_where_it_is_printed(cls, told: dict[str, object]) -> dict[str, object]:
        printed = told.get("programme_no")
        return {"programmes": () if printed is None else (printed,), **told}

    def holds_in(self, year: int) -> bool:
        ends = fiscal_year(self.valid_to) if self.valid_to else year
        return fiscal_year(self.valid_from) <= year <= ends

    def under(self, answers: Mapping[str, str]) -> "Measure":
        """The measure as the answers make it: some sources, and perhaps another arithmetic."""
        kept = tuple(s for s in self.sources if s.answers.items() <= answers.items())
        changed: dict[str, object] = {"sources": kept}
        for other in self.alternatives:
            if other.answers.items() <= answers.items():
                changed |= other.changes
        return self.model_copy(update=changed)

    @property
    def rule(self) -> str:
        """A digest of what decides the counting; wording does not."""
        told = self.model_dump_json(include={"sources", "arithmetic", "key", "sub_flags"})
        return hashlib.sha256(told.encode()).hexdigest()


@dataclass(frozen=True)
class Counted:
    """What one entry adds to one measure."""

    value: int
    sub_value: int
    key: str | None = None


def counted(measure: Measure, entry: Entry) -> Counted | None:
    """What the entry adds to the measure; None if the measure does not count it."""
    source = next((s for s in measure.sources if s.takes(entry)), None)
    if entry.withdrawn or source is None:
        return None
    value = source.value_of(entry)
    sub_value = value if not set(measure.sub_flags).isdisjoint(entry.flags) else 0
    if measure.arithmetic is not Arithmetic.DISTINCT:
        return Counted(value, sub_value)
    key = entry.key(measure.key or "")
    return Counted(value, sub_value, key) if key is not None and value > 0 else None


Answers = Mapping[str, str | Mapping[str, str]]
"""The ward's answer by question; or several, by the fiscal year from which each holds."""


class Measures:
    """The measures, and which of them hold in which fiscal year under the ward's answers."""

    def __init__(self, measures: Iterable[Measure], questions: Iterable[Question] = ()) -> None:
        """Raises ValueError if a rule begins in mid-year or could count one thing twice."""
        self.all = tuple(measures)
        self.questions = tuple(questions)
        self._answers: dict[str, dict[int, str]] = {}
        self._in_force: dict[int, dict[str, Measure]] = {}
        self._looking: dict[tuple[str, str, int], tuple[Measure, ...]] = {}
        for measure in self.all:
            _check(measure)

    def answer(self, answers: Answers) -> None:
        """Count by the ward's answers from now on; the defaults hold where it gave none.

        Raises ValueError for an answer to no question, or one that is not among its choices.
        """
        choices = {question.code: question.choices for question in self.questions}
        given: dict[str, dict[int, str]] = {}
        for code, told in answers.items():
            dated = {"0": told} if isinstance(told, str) else told
            given[code] = {int(year): answer for year, answer in dated.items()}
            for answer in given[code].values():
                if answer not in choices.get(code, {}):
                    raise ValueError(f"{answer!r} is no answer to the question {code!r}")
        self._answers = given
        self._in_force.clear()
        self._looking.clear()

    def answers_in(self, year: int) -> dict[str, str]:
        """The answers that a fiscal year is counted by: old years keep theirs."""
        return {
            question.code: self._given(question.code, year) or question.default
            for question in self.questions
        }

    def is_settled(self, code: str, year: int) -> bool:
        """Whether the ward itself has answered the question for a year."""
        return self._given(code, year) is not None

    def in_force(self, year: int) -> dict[str, Measure]:
        """The measures of a fiscal year by id, in the order of the plan: the latest versions."""
        if year not in self._in_force:
            answers = self.answers_in(year)
            found: dict[str, Measure] = {}
            for measure in self.all:
                known = found.get(measure.id)
                if measure.holds_in(year) and (known is None or known.version < measure.version):
                    found[measure.id] = measure.under(answers)
            self._in_force[year] = found
        return self._in_force[year]

    def of(self, entry: Entry) -> list[tuple[Measure, Counted]]:
        """Every measure that counts the entry, and what it adds to each."""
        if entry.on_date is None:
            return []
        found = []
        for measure in self._looking_at(entry.event_type, entry.kind, fiscal_year(entry.on_date)):
            adds = counted(measure, entry)
            if adds is not None:
                found.append((measure, adds))
        return found

    def keys_of(self, entry: Entry) -> tuple[str | None, ...]:
        """By what the distinct counts tell the entry from others like it."""
        if entry.on_date is None:
            return ()
        looking = self._looking_at(entry.event_type, entry.kind, fiscal_year(entry.on_date))
        return tuple(entry.key(measure.key) for measure in looking if measure.key)

    def _looking_at(self, event_type: str, kind: str, year: int) -> tuple[Measure, ...]:
        """The measures of a year with a source of the type, and of the kind if they name it."""
        sought = (event_type, kind, year)
        if sought not in self._looking:
            self._looking[sought] = tuple(
                measure
                for measure in self.in_force(year).values()
                if any(
                    s.event == event_type and (not s.kinds or kind in s.kinds)
                    for s in measure.sources
                )
            )
        return self._looking[sought]

    def _given(self, code: str, year: int) -> str | None:
        begun = [since for since in self._answers.get(code, {}) if since <= year]
        return self._answers[code][max(begun)] if begun else None


def load_measures(answers: Answers | None = None) -> Measures:
    """The measures of `measures.json` under the ward's answers; the defaults where it gave none.

    Raises ValueError for an answer to no question, or one that is not among its choices.
    """
    told = json.loads((files(__package__) / "measures.json").read_text("utf-8"))
    measures = Measures(
        (Measure.model_validate(row) for row in told["measures"]),
        (Question.model_validate(row) for row in told["questions"]),
    )
    measures.answer(answers or {})
    return measures


def _check(measure: Measure) -> None:
    if (measure.valid_from.month, measure.valid_from.day) != (4, 1):
        raise ValueError(f"{measure.id} does not begin with a fiscal year")
    if measure.valid_to and (measure.valid_to.month, measure.valid_to.day) != (3, 31):
        raise ValueError(f"{measure.id} does not end with a fiscal year")
    if (measure.arithmetic is Arithmetic.DISTINCT) != (measure.key is not None):
        raise ValueError(f"{measure.id}: a distinct count needs a key, and nothing else has one")
    if not measure.sources:
        raise ValueError(f"{measure.id} counts nothing")
    if any(one.overlaps(other) for one, other in combinations(measure.sources, 2)):
        raise ValueError(f"{measure.id} has two sources for the same thing")
