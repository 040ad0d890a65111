"""The life of an errand: one wait for a person beside the state of another life."""

from enum import StrEnum

from contracts.acts.errand import ErrandTopic
from contracts.life.stage import Life, Stage


class ErrandState(StrEnum):
    OPEN = "open"
    DONE = "done"
    STOPPED = "stopped"


ERRAND: Life = {
    ErrandState.OPEN: Stage(
        label="未了",
        task="個別の作業を行う",
        acts={"report_errand": (ErrandState.OPEN, ErrandState.DONE)},
        news={"stop": (ErrandState.STOPPED,)},
    ),
    ErrandState.DONE: Stage(label="報告済"),
    ErrandState.STOPPED: Stage(label="不要"),
}

ERRANDS: dict[str, str] = {
    ErrandTopic.PLAN_TASK: "支援プランの取組を行い報告する",
    ErrandTopic.BIRTH_DATE: "生年月日を確認し受付の記録に入力する",
    ErrandTopic.PREPARED_PLAN: "事前準備プランがいまも合っているか見直す",
    ErrandTopic.DUTY: "会議で決まった役割を行い報告する",
}
"""What the worklist asks for, by the errand's topic."""
