"""The life of the work on a relationship (process A7)."""

from enum import StrEnum

from contracts.life.stage import Life, Role, Stage


class OutreachState(StrEnum):
    TRYING = "trying"
    RELATED = "related"
    UNREACHED = "unreached"
    STOPPED = "stopped"


OUTREACH: Life = {
    OutreachState.TRYING: Stage(
        label="関係づくり",
        task="訪問・連絡を試みて記録する",
        owner=Role.AGENCY,
        due="outreach_next_try",
        acts={"record_contact": (OutreachState.TRYING, OutreachState.RELATED)},
        lapses={"outreach_without_contact": OutreachState.UNREACHED},
        news={"stop": (OutreachState.STOPPED,)},
    ),
    OutreachState.RELATED: Stage(
        label="関係ができている",
        task="訪問・連絡を続けて記録する",
        owner=Role.AGENCY,
        due="outreach_next_try",
        acts={"record_contact": (OutreachState.RELATED, OutreachState.TRYING)},
        lapses={"outreach_without_contact": OutreachState.UNREACHED},
        news={"stop": (OutreachState.STOPPED,)},
    ),
    OutreachState.UNREACHED: Stage(label="接触できず"),
    OutreachState.STOPPED: Stage(label="終了"),
}
