"""Who may send, and who may see what. Intake knows channels and roles; cases are not its affair."""

from enum import StrEnum

from chassis.auth import Principal

SENDERS = ("coordinator", "agency")
"""Roles that may enter an intake or a report by hand, at any channel."""

READERS = ("coordinator", "agency", "manager", "ward")
"""Roles that work with persons."""


WARD = ("coordinator", "manager", "ward")
"""The ward's own staff: they see a household as a whole, an agency's staff what is theirs."""

DECIDERS = ("coordinator", "manager")
"""Who may see a protected address for a reason, and who has looked at a person."""
FINDER = "casework"
"""The role of the service that searches for persons and shows only what its reader may see."""


class Sight(StrEnum):
    """How much of an intake a reader sees."""

    FULL = "full"
    CODES = "codes"
    """Identifiers, codes and dates only."""
    NOTHING = "nothing"


def may_send(principal: Principal, channel: str) -> bool:
    """Whether intakes and activity lines of a channel are taken from the caller."""
    if principal.kind == "frontline":
        return principal.may_use(channel)
    return principal.kind == "person" and principal.has(*SENDERS)


def may_report(principal: Principal) -> bool:
    """Whether a file of activity lines is taken from the caller; each line is judged by itself."""
    return principal.kind == "frontline" or (principal.kind == "person" and principal.has(*SENDERS))


def sight(principal: Principal, channel: str) -> Sight:
    """What a reader sees of an intake of a channel."""
    if principal.kind == "frontline":
        return Sight.FULL if principal.may_use(channel) else Sight.NOTHING
    if principal.kind == "person" and principal.has(*READERS):
        return Sight.FULL
    return Sight.CODES
