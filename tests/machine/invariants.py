"""The nine invariants of process A12, asked of the database, the bus and the histories.

What a published fiscal year says (the second half of the ninth) is proved with the figures.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from contracts.acts import LegalBasis
from tests.machine.filling import MARK
from tests.machine.world import PEOPLE, World

Rows = dict[str, dict[str, Any]]

_STANDING = """
    SELECT p.person_id FROM case_person p WHERE p.case_id = :case AND NOT EXISTS (
        SELECT FROM consent c WHERE c.case_id = p.case_id AND c.person_id = p.person_id
        AND c.kind = 'sharing' AND c.withdrawn_at IS NULL AND c.replaced_at IS NULL)
"""
_APPROVED_BY_AUTHOR = (
    "SELECT plan_id FROM plan_version WHERE case_id = :case AND decided_by = author",
    "SELECT meeting_id FROM meeting WHERE case_id = :case AND minutes_approved_by = held_by",
    "SELECT case_id FROM evaluation"
    " WHERE case_id = :case AND approved AND settled_by = evaluated_by",
)


@dataclass
class Invariants:
    """What must hold of a case after everything that is done to it, and what must not change."""

    world: World
    case_id: UUID
    meetings: set[UUID] = field(default_factory=set)
    disclosures: Rows = field(default_factory=dict)
    decided: Rows = field(default_factory=dict)
    told: Rows = field(default_factory=dict)
    shared_before: bool = False

    async def check(self) -> None:
        unshared = await self._rows(_STANDING)
        shares = not unshared
        await self.no_meeting_on_consent_without_it(shares)
        await self.no_disclosure_after_a_withdrawal(shares)
        await self.nobody_approves_their_own()
        await self.decided_plans_stand_and_one_is_current()
        await self.closing_says_why_and_who_stays()
        await self.somebody_or_something_is_waited_for()
        await self.facts_hold_no_words_and_never_change()
        self.shared_before = shares

    async def no_meeting_on_consent_without_it(self, shares: bool) -> None:
        """1: no 重層的支援会議 while anybody discussed lacks a live consent to sharing."""
        rows = await self._rows(
            "SELECT meeting_id FROM meeting WHERE case_id = :case AND legal_basis = 'consent'"
        )
        new = {row["meeting_id"] for row in rows} - self.meetings
        assert not new or shares, "a meeting on consent without consent"
        self.meetings |= new

    async def papers_are_for_attendees_alone(self) -> None:
        """2: nobody reads a paper of a 支援会議 but an agency that acknowledged its secrecy."""
        assert (await self.world.get(f"/cases/{self.case_id}", "stranger")).status_code == 404
        if not await self._rows(
            "SELECT 1 FROM meeting WHERE case_id = :case AND legal_basis = 'law-106-6'"
        ):
            return
        bound = await self._rows(
            "SELECT a.agency FROM meeting_attendee a JOIN meeting m USING (meeting_id)"
            " WHERE m.case_id = :case AND a.acknowledged_at IS NOT NULL"
        )
        acknowledged = {row["agency"] for row in bound}
        for sub, (_, agency) in PEOPLE.items():
            answer = await self.world.get(f"/cases/{self.case_id}/records", sub)
            assert answer.status_code in (200, 403, 404), answer.text
            if answer.status_code != 200:
                continue
            papers = [
                record
                for record in answer.json()["items"]
                if record["legal_basis"] == LegalBasis.LAW_106_6 and record["text"]
            ]
            assert not papers or agency in acknowledged, f"{sub} reads {papers}"

    async def no_disclosure_after_a_withdrawal(self, shares: bool) -> None:
        """3: withdrawal stops disclosures on consent at once; the log of past ones stays."""
        rows = await self._rows("SELECT * FROM disclosure WHERE case_id = :case")
        now = {str(row["disclosure_id"]): row for row in rows}
        assert now.items() >= self.disclosures.items(), "the log of disclosures was changed"
        new = [row for key, row in now.items() if key not in self.disclosures]
        on_consent = [row for row in new if row["legal_basis"] == LegalBasis.CONSENT]
        assert not on_consent or shares or self.shared_before, "disclosed without consent"
        self.disclosures = now

    async def nobody_approves_their_own(self) -> None:
        """4: approver and author are two people, for plans, minutes and closures."""
        for query in _APPROVED_BY_AUTHOR:
            assert await self._rows(query) == []

    async def decided_plans_stand_and_one_is_current(self) -> None:
        """5: a decided version never changes, and at most one of a kind is carried out."""
        rows = await self._rows(
            "SELECT plan_id, kind, version, author, starts_on, ends_on, decided_by, current"
            " FROM plan_version WHERE case_id = :case AND decided_at IS NOT NULL"
        )
        current = [row["kind"] for row in rows if row.pop("current")]
        assert len(current) == len(set(current)), "two current plans"
        now = {str(row["plan_id"]): row for row in rows}
        assert now.items() >= self.decided.items(), "a decided plan was changed"
        self.decided = now

    async def closing_says_why_and_who_stays(self) -> None:
        """6: a closing has its reason, its evaluation, and who stays or why nobody does."""
        [case] = await self._rows("SELECT * FROM case_file WHERE case_id = :case")
        if case["state"] != "closed":
            return
        assert case["closure_reason"]
        approved = await self._rows(
            "SELECT * FROM evaluation WHERE case_id = :case AND approved ORDER BY settled_at"
        )
        closed_by = await self._rows(
            "SELECT act FROM timeline_entry WHERE case_id = :case AND kind = 'case'"
            " AND state = 'closed' AND came_from <> 'closed' ORDER BY at DESC LIMIT 1"
        )
        if closed_by and closed_by[0]["act"] == "approve_closure":
            assert approved, "closed without an evaluation"
            assert approved[-1]["lead_agency"] or approved[-1]["no_lead_reason"]

    async def somebody_or_something_is_waited_for(self) -> None:
        """7: an open case has somebody in charge, and a next act or a date; and says so."""
        [case] = await self._rows("SELECT * FROM case_file WHERE case_id = :case")
        assert case["coordinator_agency"]
        if case["state"] == "closed":
            return
        tasks = await self._rows(
            "SELECT agency, owner FROM task WHERE case_id = :case AND closed_at IS NULL"
        )
        assert all(task["agency"] and task["owner"] for task in tasks)
        dates = await self._rows(
            "SELECT 1 FROM strand WHERE case_id = :case AND waits_until IS NOT NULL"
        )
        assert tasks or dates, f"nothing is waited for in {case['state']}"
        assert case["waiting_asks"] or case["waiting_until"], "the case does not say so"

    async def facts_hold_no_words_and_never_change(self) -> None:
        """8 and 9: facts carry ids only; what was told is never told otherwise."""
        rows = await self._rows(
            "SELECT seq, type, body FROM outbox WHERE subject = :subject ORDER BY seq"
        )
        now = {str(row["seq"]): row for row in rows}
        assert now.items() >= self.told.items(), "a fact was changed"
        self.told = now
        assert MARK not in str(rows)

    async def no_words_leave(self) -> None:
        """8: no word of a private text stands in a history or in a row that is not sealed."""
        for table in ("outbox", "timeline_entry", "command", "step", "task", "private_text"):
            found = await self._rows(
                f"SELECT count(*) AS n FROM {table} AS t WHERE t::text LIKE '%{MARK}%'"  # noqa: S608
            )
            assert found == [{"n": 0}], table
        for name, events in (await self.world.at_work.settle()).items():
            words = any(MARK.encode() in event.SerializeToString() for event in events)
            assert not words, f"words in the history of {name}"

    async def _rows(self, query: str) -> list[dict[str, Any]]:
        values: dict[str, Any] = {}
        if ":case" in query:
            values["case"] = self.case_id
        if ":subject" in query:
            values["subject"] = str(self.case_id)
        return await self.world.rows(query, **values)
