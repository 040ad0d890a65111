"""Who in a household may be a carer that nobody has noticed: a pure rule that says its reasons."""

from datetime import date
from uuid import UUID

import pytest

from contracts.events import new_id
from services.intake.carers import Edge, Member, Prompt, prompts
from services.intake.vocabulary import PROMPT_REASONS, PROMPTS

ON = date(2026, 11, 24)
CHILD, MOTHER, GRANDMOTHER = (new_id() for _ in range(3))
BORN = {CHILD: date(2012, 5, 1), MOTHER: date(1984, 5, 1), GRANDMOTHER: date(1950, 5, 1)}


def member(person: UUID, *, carer: bool = False, key: bool = False, **more: object) -> Member:
    born = more.get("born", BORN.get(person))
    return Member(person, born, "unknown", carer, key)  # type: ignore[arg-type]


def cares(person: UUID, other: UUID) -> Edge:
    return Edge(person, other, "cares-for")


def found(*members: Member, edges: tuple[Edge, ...] = (), topics: tuple[str, ...] = ()) -> object:
    return prompts(members, edges, topics, ON)


def test_a_child_named_as_carer_is_a_hidden_young_carer() -> None:
    assert found(member(CHILD, carer=True), member(MOTHER)) == [
        Prompt(CHILD, "young-carer", ("under-18", "named-as-carer"))
    ]


def test_a_child_who_looks_after_somebody_is_one_without_being_named() -> None:
    edges = (cares(CHILD, GRANDMOTHER),)
    assert found(member(CHILD), member(GRANDMOTHER), edges=edges) == [
        Prompt(CHILD, "young-carer", ("under-18", "cares-for-somebody"))
    ]


def test_a_child_whose_only_grown_up_came_about_illness_is_asked_about() -> None:
    house = (member(CHILD), member(MOTHER))
    assert found(*house, topics=("health",)) == [
        Prompt(CHILD, "young-carer", ("under-18", "only-grown-up-needs-help"))
    ]
    assert found(*house, topics=("housing",)) == []
    assert found(*house, member(GRANDMOTHER), topics=("health",)) == []


@pytest.mark.parametrize(
    ("born", "young"),
    [(date(2008, 11, 25), False), (date(2008, 11, 26), True), (None, False)],
)
def test_the_age_of_18_is_reached_the_day_before_the_birthday_and_never_guessed(
    born: date | None, young: bool
) -> None:
    [prompt] = prompts([member(CHILD, carer=True, born=born)], (), (), ON)
    assert (prompt.kind == "young-carer") is young


def test_other_carers_are_prompted_too_with_what_weighs_on_them() -> None:
    both = (cares(MOTHER, CHILD), cares(MOTHER, GRANDMOTHER))
    house = (member(CHILD), member(MOTHER), member(GRANDMOTHER))
    assert found(*house, edges=both) == [
        Prompt(MOTHER, "carer", ("cares-for-somebody", "cares-for-young-and-old"))
    ]
    husband = new_id()
    old = (member(GRANDMOTHER), member(husband, born=date(1948, 1, 1)))
    assert found(*old, edges=(cares(GRANDMOTHER, husband), cares(husband, GRANDMOTHER))) == [
        Prompt(GRANDMOTHER, "carer",
               ("cares-for-somebody", "old-cares-for-old", "is-cared-for-too")),
        Prompt(husband, "carer", ("cares-for-somebody", "old-cares-for-old", "is-cared-for-too")),
    ]  # fmt: skip


def test_a_key_person_may_need_support_themselves() -> None:
    assert found(member(MOTHER, key=True)) == []
    assert found(member(GRANDMOTHER, key=True)) == [
        Prompt(GRANDMOTHER, "key-person", ("key-person-is-old",))
    ]
    assert found(member(MOTHER, key=True, carer=True)) == [
        Prompt(MOTHER, "carer", ("named-as-carer",)),
        Prompt(MOTHER, "key-person", ("key-person-is-carer",)),
    ]
    assert found(member(CHILD, key=True)) == [Prompt(CHILD, "key-person", ("key-person-is-minor",))]


def test_every_prompt_and_reason_has_its_words() -> None:
    codes = {"under-18", "named-as-carer", "cares-for-somebody", "only-grown-up-needs-help"}
    assert codes <= set(PROMPT_REASONS)
    assert set(PROMPTS) == {"young-carer", "carer", "key-person"}
