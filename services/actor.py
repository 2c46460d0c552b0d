"""Who is asking."""

from dataclasses import dataclass, field

from data.enums import Branch, Role
from services.errors import NotAllowed
from services.statement import Statement


@dataclass(frozen=True, slots=True)
class Actor:
    """The signed-in person.

    `employer_id` is the employer a clerk acts for, None for the center's own staff; `branch` is
    the branch an officer decides for, None for those who see the whole center.
    """

    user_id: int
    name: str
    role: Role
    employer_id: int | None = None
    branch: Branch | None = None
    statement: Statement | None = field(default=None, compare=False, repr=False)
    """What this person signs, or has signed, for the act at hand."""

    def require(self, *roles: Role) -> None:
        """Raise NotAllowed unless this actor holds one of `roles`."""
        if self.role not in roles:
            raise NotAllowed

    @property
    def employer(self) -> int:
        """The employer this clerk acts for. Raises NotAllowed for everybody else."""
        if self.role is not Role.CLERK or self.employer_id is None:
            raise NotAllowed
        return self.employer_id
