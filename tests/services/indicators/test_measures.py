"""The measures as data: the plan's table, and the rules they are checked by."""

from datetime import date

import pytest

from contracts.acts import ClosureReason, ContactOutcome
from contracts.catalogue import activity_kinds
from contracts.events import EVENT_TYPES
from services.indicators.events import COUNTED
from services.indicators.measures import Arithmetic, Measure, Measures, Source, load_measures

MEASURES = load_measures()
WARD = [m for m in MEASURES.in_force(2026).values() if m.set == "ward"]


def some_measure(**more: object) -> Measure:
    told: dict[str, object] = {
        "id": "x",
        "set": "ward",
        "version": 1,
        "valid_from": date(2024, 4, 1),
        "label": "試験",
        "unit": "件",
        "arithmetic": Arithmetic.COUNT,
        "sources": (Source(event="kasane.case.opened.v1", value="one"),),
    }
    return Measure.model_validate(told | more)


def test_the_plan_has_22_indicators_of_which_four_have_a_sub_figure() -> None:
    assert len(WARD) == 22
    assert [m.id for m in WARD if m.sub_label] == [
        "1.6.outreach-support",
        "3.3.pregnancy-interviews",
        "3.3.jidokan-consultations",
        "3.3.childcare-adviser-consultations",
    ]
    assert all(bool(m.sub_flags) == bool(m.sub_label) for m in MEASURES.all)


def test_every_kind_of_activity_feeds_the_indicator_that_the_catalogue_names() -> None:
    for kind in activity_kinds().values():
        measure = MEASURES.in_force(2026)[kind.indicator_id]
        assert any(kind.kind in source.kinds for source in measure.sources)
        assert measure.unit == kind.unit
        assert set(measure.sub_flags) <= set(kind.flags)
        assert (measure.arithmetic is Arithmetic.DISTINCT) == kind.needs_group


def test_every_measure_counts_facts_that_the_service_listens_to() -> None:
    heard = {model.type for model in COUNTED}
    named = {source.event for measure in MEASURES.all for source in measure.sources}
    assert named <= heard <= set(EVENT_TYPES)


def test_a_contact_of_any_outcome_counts_as_outreach_by_default() -> None:
    sources = MEASURES.in_force(2026)["1.6.outreach-support"].sources
    kinds = {kind for s in sources if s.event == "kasane.contact.made.v1" for kind in s.kinds}
    assert kinds == set(ContactOutcome)


def test_every_reason_for_closing_counts_as_a_closure_by_default() -> None:
    sources = MEASURES.in_force(2026)["national.cases-closed"].sources
    assert {kind for source in sources for kind in source.kinds} == set(ClosureReason)


def test_an_open_question_has_two_answers_or_says_why_there_is_only_one() -> None:
    for question in MEASURES.questions:
        assert question.default in question.choices
        assert (len(question.choices) > 1) != bool(question.only), question.code


def test_the_wards_answer_to_an_open_question_changes_what_is_counted() -> None:
    def meetings(measures: Measures) -> set[str]:
        held = measures.in_force(2026)["3.5.support-meetings-held"]
        told = [s for s in held.sources if s.event == "kasane.meeting.held.v1"]
        return {kind for source in told for kind in source.kinds}

    assert meetings(load_measures()) == {"consent", "law-106-6"}
    assert meetings(load_measures({"law-meetings": "no"})) == {"consent"}
    with pytest.raises(ValueError, match="no answer"):
        load_measures({"law-meetings": "perhaps"})


def test_every_question_a_measure_names_is_put_somewhere() -> None:
    put = {question.code for question in MEASURES.questions}
    assert {code for measure in MEASURES.all for code in measure.questions} <= put


def test_a_rule_holds_from_its_fiscal_year_until_the_next_version() -> None:
    old, new = some_measure(), some_measure(version=2, valid_from=date(2026, 4, 1))
    measures = Measures([new, old])
    assert measures.in_force(2023) == {}
    assert measures.in_force(2025)["x"].version == 1
    assert measures.in_force(2026)["x"].version == 2


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"valid_from": date(2024, 10, 1)}, "begin with a fiscal year"),
        ({"arithmetic": Arithmetic.DISTINCT}, "needs a key"),
        ({"sources": ()}, "counts nothing"),
        ({"sources": (Source(event="e", value="one"),) * 2}, "two sources"),
    ],
)
def test_a_measure_that_could_miscount_is_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Measures([some_measure(**wrong)])
