"""What writes to participation pass: who may, and that no 個人番号 is in the body."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from chassis.auth import Principal
from chassis.mynumber import refuse_my_number
from chassis.writing import Writing, writing
from services.participation.api.door import KEEPERS, MAY_WRITE, PREFIX, STAFF
from services.participation.refusals import refuse


async def no_my_number(request: Request) -> None:
    """Raises Problem 422 `my-number-refused` naming the fields of the body that hold one."""
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            body = await request.json()
        except ValueError:
            return
        refuse_my_number(body)


def records(tag: str) -> APIRouter:
    """The routes of one concept; its bodies hold no 個人番号."""
    return APIRouter(prefix=PREFIX, tags=[tag], dependencies=[Depends(no_my_number)])


Write = Annotated[Writing, Depends(writing(*KEEPERS))]
Reader = Annotated[Principal, Depends(STAFF)]
Keeper = Annotated[Principal, Depends(MAY_WRITE)]


def same_version(version: int, read: int) -> None:
    """Raises Problem 412 if another version stands than the one that was read."""
    if version != read:
        raise refuse(412, "version-changed", None, version=version)
