"""The ways a request can be refused. A page shows `str(error)`; it never words one itself."""


class BusinessError(Exception):
    """A request the rules refuse. Subclasses say in `message` what the user reads."""

    message = "业务无法办理"
    is_denial = False
    """It was about what is not this person's: the audit tells of the attempt."""
    is_noted = False
    """The audit has been told of this very refusal."""

    def __init__(self, **facts: object) -> None:
        super().__init__(self.message.format(**facts))
        self.facts = facts


class NotAllowed(BusinessError):
    message = "您没有办理此业务的权限，如有疑问请联系所属管理部"
    is_denial = True


class NotFound(BusinessError):
    """There is none, or it is somebody else's: which of the two, nobody is told."""

    message = "未找到{what}，请返回列表后重试"
    is_denial = True


class Stale(BusinessError):
    message = "该业务已由他人办理，请刷新后再试"


class Unavailable(BusinessError):
    """The database did not answer, or could not write: full, locked, gone."""

    message = (
        "系统暂时无法处理，已保存的内容不受影响。请稍后刷新页面，核对后重试；"
        "如仍不行，请致电0855-8685631"
    )


class Unstorable(BusinessError):
    """A text that no database keeps: half a character, a zero, far too long."""

    message = "填写的内容过长，或含有无法保存的字符，请修改后重试"
