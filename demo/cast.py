"""The demo's people (演示人员): who signs in, with which UKey, PIN and password.

The README shows the same table; a test compares the two.
"""

from dataclasses import dataclass

from data.enums import Branch, Role
from ukey.softhsm import SO_PIN

__all__ = ["CAST", "SO_PIN", "Player"]


@dataclass(frozen=True, slots=True)
class Player:
    key: str
    """The UKey's label."""
    name: str
    role: Role
    pin: str
    employer: str = ""
    """The employer's number, for clerks."""
    branch: Branch | None = None
    username: str = ""
    password: str = ""


CAST = (
    Player("clerk1", "杨秀英", Role.CLERK, "260101", employer="522601000101"),
    Player("clerk2", "潘文军", Role.CLERK, "260202", employer="522601000202"),
    Player("clerk3", "龙再明", Role.CLERK, "260303", employer="522601000303"),
    Player("clerk4", "吴芝兰", Role.CLERK, "260404", employer="522602000404"),
    Player("officerA", "王建国", Role.REVIEWER, "550001", branch=Branch.KAILI,
           username="officera", password="kaili-chushen-A"),
    Player("officerB", "李春梅", Role.REVIEWER, "550002", branch=Branch.KAILI,
           username="officerb", password="kaili-chushen-B"),
    Player("officerC", "欧阳志强", Role.SENIOR_REVIEWER, "550003", branch=Branch.KAILI,
           username="officerc", password="kaili-zhongshen-C"),
    Player("officerD", "石玉兰", Role.REVIEWER, "550004", branch=Branch.ZHENYUAN,
           username="officerd", password="zhenyuan-chushen-D"),
    Player("director", "顾正华", Role.DIRECTOR, "550005", branch=Branch.KAILI,
           username="director", password="kaili-zhuren-E"),
    Player("manager", "莫志远", Role.MANAGER, "660001",
           username="manager", password="zhongxin-guanli-M"),
    Player("admin", "谢文博", Role.ADMINISTRATOR, "770001",
           username="admin", password="zhongxin-xitong-X"),
    Player("security", "田晓岚", Role.SECURITY_ADMINISTRATOR, "770002",
           username="security", password="zhongxin-anquan-Y"),
    Player("auditor", "彭立新", Role.AUDITOR, "880001",
           username="auditor", password="zhongxin-shenji-Z"),
)  # fmt: skip
