"""The life of a placement: from a wish to a place where the person settles (process A8)."""

from enum import StrEnum

from contracts.life.stage import Life, Role, Stage


class PlacementState(StrEnum):
    MATCHING = "matching"
    DEVELOPING = "developing"
    WAITING = "waiting"
    APPROACHED = "approached"
    VISITING = "visiting"
    TRIAL = "trial"
    LINKING = "linking"
    SETTLING = "settling"
    SETTLED = "settled"
    ENDED = "ended"


_END = {"end_placement": (PlacementState.ENDED,)}
_STOP = {"stop": (PlacementState.ENDED,)}
_AGAIN = {"match_again": (PlacementState.MATCHING,)}

PLACEMENT: Life = {
    PlacementState.MATCHING: Stage(
        label="資源候補の検討",
        task="候補から受け入れ先を選び打診する",
        owner=Role.AGENCY,
        due="placement_step_due",
        acts={
            "approach": (PlacementState.APPROACHED,),
            "request_development": (PlacementState.DEVELOPING,),
            "join_waiting_list": (PlacementState.WAITING,),
            **_END,
        },
        news=_STOP,
    ),
    PlacementState.DEVELOPING: Stage(
        label="資源開発",
        task="新たな受け入れ先を開拓し打診する",
        owner=Role.AGENCY,
        due="placement_step_due",
        acts={
            "approach": (PlacementState.APPROACHED,),
            "join_waiting_list": (PlacementState.WAITING,),
            **_END,
        },
        news={"development_answered": (PlacementState.MATCHING,), **_STOP},
    ),
    PlacementState.WAITING: Stage(
        label="空き待ち",
        task="空きを待つ間、ほかの受け入れ先も検討する",
        owner=Role.AGENCY,
        due="waiting_list_review",
        acts={
            "approach": (PlacementState.APPROACHED,),
            "request_development": (PlacementState.DEVELOPING,),
            "stop_waiting": (PlacementState.MATCHING,),
            **_END,
        },
        news={"place_offered": (PlacementState.APPROACHED,), **_STOP},
    ),
    PlacementState.APPROACHED: Stage(
        label="打診中",
        task="受け入れ先の返事を記録する",
        owner=Role.AGENCY,
        due="placement_step_due",
        acts={
            "record_answer": (PlacementState.VISITING, PlacementState.MATCHING),
            **_AGAIN,
            **_END,
        },
        news=_STOP,
    ),
    PlacementState.VISITING: Stage(
        label="見学",
        task="見学の結果を記録する",
        owner=Role.AGENCY,
        due="placement_step_due",
        acts={
            "record_visit": (PlacementState.TRIAL, PlacementState.MATCHING),
            **_AGAIN,
            **_END,
        },
        news=_STOP,
    ),
    PlacementState.TRIAL: Stage(
        label="体験",
        task="体験の結果を記録する",
        owner=Role.AGENCY,
        due="placement_step_due",
        acts={
            "record_trial": (PlacementState.LINKING, PlacementState.MATCHING),
            **_AGAIN,
            **_END,
        },
        news=_STOP,
    ),
    PlacementState.LINKING: Stage(
        label="つながり成立の確認",
        task="つながりの成立を記録する",
        owner=Role.AGENCY,
        due="placement_step_due",
        acts={"record_link": (PlacementState.SETTLING,), **_AGAIN, **_END},
        news=_STOP,
    ),
    PlacementState.SETTLING: Stage(
        label="定着支援",
        task="本人と受け入れ先の定着状況を記録する",
        owner=Role.AGENCY,
        due="settling_due",
        acts={
            "record_settling": (PlacementState.SETTLED, PlacementState.SETTLING),
            **_AGAIN,
            **_END,
        },
        news=_STOP,
    ),
    PlacementState.SETTLED: Stage(
        label="定着後のフォロー",
        task="定着後のフォローを行う",
        owner=Role.AGENCY,
        due="follow_ups",
        acts={
            "record_follow_up": (
                PlacementState.SETTLED,
                PlacementState.MATCHING,
                PlacementState.ENDED,
            ),
            **_AGAIN,
            **_END,
        },
        lapses={"follow_ups": PlacementState.ENDED},
        news=_STOP,
    ),
    PlacementState.ENDED: Stage(label="終了"),
}
