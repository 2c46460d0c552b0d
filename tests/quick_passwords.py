"""Passwords hashed in a millisecond (密码散列): bcrypt is made to take a quarter of a second each time."""

from functools import partial

import bcrypt

COST = (
    4  # the least there is; a hash says its own, so that the hall's are checked as they were made
)
as_the_hall_does = bcrypt.gensalt


def begin() -> None:
    bcrypt.gensalt = partial(as_the_hall_does, rounds=COST)
