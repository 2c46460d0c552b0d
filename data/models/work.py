"""Long works (长时间处理): imports, prints and exports, each begun once and found again afterwards."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from data.base import NEVER_AGAIN, Base, Coded, Id, Instant, partial_index
from data.enums import WorkState

LIVE = (WorkState.WAITING, WorkState.RUNNING)


class Work(Base):
    __tablename__ = "work"
    __table_args__ = NEVER_AGAIN

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(String(160), unique=True)
    """The click that began it: the same click begins nothing twice."""
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    employer_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id"))
    kind: Mapped[str] = mapped_column(String(60))
    label: Mapped[str] = mapped_column(String(60))
    page: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(64))
    """SHA-256 of what it works on: kind, arguments and content."""
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    filename: Mapped[str] = mapped_column(String(200), default="")
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """The upload that it works on; empty where there is none."""
    state: Mapped[WorkState] = mapped_column(Coded(WorkState))
    stage: Mapped[str] = mapped_column(String(40), default="")
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    refusal: Mapped[str] = mapped_column(String(500), default="")
    runner: Mapped[str] = mapped_column(String(80))
    """The process that does it: host, process number, and a word that no other process has."""
    tries: Mapped[int] = mapped_column(default=0)
    """How many processes have taken it on."""
    started_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]
    beat_at: Mapped[Instant]
    """When its process last said that it is alive."""
    is_closed: Mapped[bool] = mapped_column(default=False)
    """The person has seen how it ended."""


Index("ix_work_user", Work.user_id, Work.started_at)
# A person who reloads the page and uploads the same file again finds the work that is under way.
partial_index(
    "uq_work_live",
    Work.user_id,
    Work.subject,
    unique=True,
    where=Work.state.in_(LIVE),
)
