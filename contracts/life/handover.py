"""The life of a handover at 18, 40 or 65."""

from enum import StrEnum

from contracts.life.stage import Life, Stage


class HandoverState(StrEnum):
    WAITING = "waiting"
    PREPARING = "preparing"
    OVERLAP = "overlap"
    DONE = "done"
    STOPPED = "stopped"


HANDOVER: Life = {
    HandoverState.WAITING: Stage(
        label="対象年齢前",
        lapses={"handover_notices": HandoverState.PREPARING},
        news={
            "stop": (HandoverState.STOPPED,),
            "birth-date-corrected": (HandoverState.WAITING,),
        },
    ),
    HandoverState.PREPARING: Stage(
        label="引継ぎ準備",
        task="制度切替に向けた引継ぎを確認する",
        acts={
            "name_sides": (HandoverState.PREPARING,),
            "pack_handover": (HandoverState.PREPARING,),
            "confirm_handover": (HandoverState.PREPARING, HandoverState.OVERLAP),
        },
        news={
            "stop": (HandoverState.STOPPED,),
            "birth-date-corrected": (HandoverState.WAITING, HandoverState.PREPARING),
        },
    ),
    HandoverState.OVERLAP: Stage(
        label="並走期間",
        lapses={"handover_overlap": HandoverState.DONE},
    ),
    HandoverState.DONE: Stage(label="引継ぎ完了"),
    HandoverState.STOPPED: Stage(label="対象外"),
}
