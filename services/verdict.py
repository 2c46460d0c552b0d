"""A verdict (核对结果): how much a check looked at, and every fault it found, in words."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Verdict:
    scope: str
    faults: list[str]
    remarks: list[str] = field(default_factory=list)
    """What whoever checks should know, though it is no fault."""

    def lines(self, title: str) -> list[str]:
        """Return a line that says how it went, then one for each fault and remark."""
        outcome = f"{len(self.faults)}处不符" if self.faults else "无误"
        more = [f"  {line}" for line in (*self.faults, *self.remarks)]
        return [f"{title}：{self.scope}，{outcome}", *more]
