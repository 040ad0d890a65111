"""What is printed below a table: the questions that the sources leave open, and the answers."""

from collections.abc import Iterable

from pydantic import BaseModel

from services.indicators.measures import Measure, Measures


class Note(BaseModel):
    """A question that bears on some of the figures, and how it was answered."""

    mark: str
    """「※1」, as it stands beside the figures."""
    code: str
    question: str
    answer: str
    settled: bool
    """The ward has answered; else the default was used."""
    measure_ids: tuple[str, ...]
    others: tuple[str, ...] = ()
    """The answers that were not taken."""
    only: str | None = None
    """Why there is no other answer."""

    @property
    def how(self) -> str:
        """Whose answer it is."""
        if self.only:
            return self.only
        return "区の決定" if self.settled else "区の確認待ち(既定の数え方)"

    @property
    def line(self) -> str:
        return f"{self.mark} {self.question}: {self.answer} — {self.how}"


def notes_of(measures: Measures, chosen: Iterable[Measure], year: int) -> list[Note]:
    """The notes of some measures in a year, numbered in the order in which they come up."""
    asked: dict[str, list[str]] = {}
    for measure in chosen:
        for code in measure.questions:
            asked.setdefault(code, []).append(measure.id)
    questions = {question.code: question for question in measures.questions}
    answers = measures.answers_in(year)
    return [
        Note(
            mark=f"※{number}",
            code=code,
            question=questions[code].question,
            answer=questions[code].choices[answers[code]],
            settled=measures.is_settled(code, year),
            measure_ids=tuple(ids),
            others=tuple(
                said for answer, said in questions[code].choices.items() if answer != answers[code]
            ),
            only=questions[code].only,
        )
        for number, (code, ids) in enumerate(asked.items(), 1)
    ]
