"""Who acts in the center that is measured: the clerks of its large employers, and an officer."""

from typing import Final

from data.enums import Branch, Role
from services.actor import Actor

#: The employers whose clerks work here: how many people each has. The case of each that imports is
#: its place among them.
SIZES: Final = {1: 20_000, 2: 300, 3: 1_000, 4: 100_000}
CLERKS: Final = {
    number: Actor(number, name, Role.CLERK, employer_id=number)
    for number, name in zip(SIZES, ("杨秀英", "吴文军", "龙再明", "潘春梅"), strict=True)
}
CLERK: Final = CLERKS[1]
OFFICER: Final = Actor(9, "王建国", Role.REVIEWER, branch=Branch.KAILI)


def employer_of(people: int) -> int:
    """Return the employer of so many people."""
    return next(number for number, size in SIZES.items() if size == people)
