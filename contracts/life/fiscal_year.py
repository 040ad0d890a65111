"""The life of a fiscal year's figures: counted, 速報, 確定, 公表, and what is said anew afterwards.

The books of a year stay open until 31 May (出納整理期間, 地方自治法235条の5), and so do its figures
here. The plan is revised every March with the figures of the year before last, hence the time
that publication may take (expectation C11).
"""

from enum import StrEnum

from contracts.life.stage import Life, Role, Stage


class FiscalYearState(StrEnum):
    OPEN = "open"
    PROVISIONAL = "provisional"
    CUT_OFF = "cut-off"
    FINAL_PROPOSED = "final-proposed"
    FINAL = "final"
    PUBLISHED = "published"
    RESTATEMENT_PROPOSED = "restatement-proposed"
    KEPT = "kept"


FISCAL_YEAR: Life = {
    FiscalYearState.OPEN: Stage(
        label="集計中",
        lapses={"fiscal_year_provisional": FiscalYearState.PROVISIONAL},
        news={"month-ended": (FiscalYearState.OPEN,)},
    ),
    FiscalYearState.PROVISIONAL: Stage(
        label="速報",
        lapses={"fiscal_year_cut_off": FiscalYearState.CUT_OFF},
    ),
    FiscalYearState.CUT_OFF: Stage(
        label="締切後・確定前",
        task="確定値を提案する",
        owner=Role.STATISTICS,
        due="fiscal_year_proposal_due",
        acts={"propose_figures": (FiscalYearState.FINAL_PROPOSED,)},
    ),
    FiscalYearState.FINAL_PROPOSED: Stage(
        label="確定の承認待ち",
        task="確定値を承認するか差し戻す",
        owner=Role.MANAGER,
        due="fiscal_year_approval_due",
        acts={
            "approve_figures": (FiscalYearState.FINAL,),
            "return_figures": (FiscalYearState.CUT_OFF,),
        },
    ),
    FiscalYearState.FINAL: Stage(
        label="確定",
        task="確定値を公表する",
        owner=Role.MANAGER,
        due="fiscal_year_publication_due",
        acts={
            "publish_figures": (FiscalYearState.PUBLISHED,),
            "propose_restatement": (FiscalYearState.RESTATEMENT_PROPOSED,),
        },
    ),
    FiscalYearState.PUBLISHED: Stage(
        label="公表",
        acts={"propose_restatement": (FiscalYearState.RESTATEMENT_PROPOSED,)},
        lapses={"fiscal_year_kept": FiscalYearState.KEPT},
    ),
    FiscalYearState.RESTATEMENT_PROPOSED: Stage(
        label="訂正の承認待ち",
        task="訂正値を承認するか差し戻す",
        owner=Role.MANAGER,
        due="fiscal_year_approval_due",
        acts={
            "approve_figures": (FiscalYearState.FINAL, FiscalYearState.PUBLISHED),
            "return_figures": (FiscalYearState.FINAL, FiscalYearState.PUBLISHED),
        },
    ),
    FiscalYearState.KEPT: Stage(label="保存"),
}

FISCAL_YEAR_ROLES: dict[str, frozenset[Role]] = {
    "propose_figures": frozenset({Role.STATISTICS, Role.MANAGER}),
    "propose_restatement": frozenset({Role.STATISTICS, Role.MANAGER}),
    "approve_figures": frozenset({Role.MANAGER, Role.WARD}),
    "return_figures": frozenset({Role.MANAGER, Role.WARD}),
    "publish_figures": frozenset({Role.MANAGER, Role.WARD}),
}
"""Who may do what to a year's figures; that approver and proposer differ is another rule."""

SETTLED = frozenset(
    {
        FiscalYearState.FINAL,
        FiscalYearState.PUBLISHED,
        FiscalYearState.RESTATEMENT_PROPOSED,
        FiscalYearState.KEPT,
    }
)
"""States in which the year's figures stand: what comes late waits for a restatement."""
