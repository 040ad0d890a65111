"""The life of one meeting, of either kind."""

from enum import StrEnum

from contracts.life.stage import Life, Role, Stage


class MeetingState(StrEnum):
    PREPARING = "preparing"
    HELD = "held"
    MINUTES = "minutes"
    DONE = "done"
    CANCELLED = "cancelled"


MEETING: Life = {
    MeetingState.PREPARING: Stage(
        label="開催準備",
        task="会議を開催し記録する",
        acts={
            "submit_sheet": (MeetingState.PREPARING,),
            "acknowledge_secrecy": (MeetingState.PREPARING,),
            "postpone_meeting": (MeetingState.PREPARING,),
            "cancel_meeting": (MeetingState.CANCELLED,),
            "hold_meeting": (MeetingState.HELD,),
        },
        news={"stop": (MeetingState.CANCELLED,)},
    ),
    MeetingState.HELD: Stage(
        label="結論の記録",
        task="会議の結論を記録する",
        due="minutes_due",
        acts={
            "decide_plan": (MeetingState.MINUTES,),
            "decide_support": (MeetingState.MINUTES,),
            "acknowledge_secrecy": (MeetingState.HELD,),
        },
        news={"stop": (MeetingState.MINUTES,)},
    ),
    MeetingState.MINUTES: Stage(
        label="会議録の承認",
        task="会議録を承認する",
        owner=Role.MANAGER,
        due="minutes_due",
        acts={
            "approve_minutes": (MeetingState.DONE,),
            "acknowledge_secrecy": (MeetingState.MINUTES,),
        },
    ),
    MeetingState.DONE: Stage(label="完了", lapses={"papers_close": MeetingState.DONE}),
    MeetingState.CANCELLED: Stage(label="中止"),
}
