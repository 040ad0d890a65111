"""The life of a transfer: another office is asked to take a case over."""

from enum import StrEnum

from contracts.life.stage import Life, Stage


class TransferState(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"


TRANSFER: Life = {
    TransferState.PROPOSED: Stage(
        label="移管の打診中",
        task="ケースを引き受けるか答える",
        due="transfer_answer_due",
        acts={
            "accept_transfer": (TransferState.ACCEPTED,),
            "decline_transfer": (TransferState.DECLINED,),
            "withdraw_transfer": (TransferState.WITHDRAWN,),
        },
        news={"stop": (TransferState.STOPPED,)},
    ),
    TransferState.ACCEPTED: Stage(label="移管済"),
    TransferState.DECLINED: Stage(label="引き受けない"),
    TransferState.WITHDRAWN: Stage(label="取下げ"),
    TransferState.STOPPED: Stage(label="不要"),
}
