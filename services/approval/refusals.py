"""What the approval refuses (审批拒绝): the words that clerks and officers read."""

from services.errors import BusinessError

NAMED = 5


class AlreadyPending(BusinessError):
    message = "已提交审核但未审批的业务，不得重复提交"


class DraftGone(BusinessError):
    message = "清册已由其他经办人结束或办结，请刷新页面后重新办理"


class IllegalMove(BusinessError):
    message = "该业务{status}，不能执行“{action}”"


class NoReason(BusinessError):
    message = "请填写驳回原因"


class OpinionTooLong(BusinessError):
    message = "审批意见最多{limit}字，请精简后再提交"


class OtherBranch(BusinessError):
    message = "该业务不归您所在的管理部办理"
    is_denial = True


class OtherLevel(BusinessError):
    message = "该业务当前由{role}办理"
    is_denial = True


class SamePerson(BusinessError):
    message = "同一业务的不同环节须由不同人员办理"
    is_denial = True


class BeingReviewed(BusinessError):
    message = "{name}正在审核此业务"


class HandedOn(BusinessError):
    message = "该业务已转给{name}办理"


class Withdrawn(BusinessError):
    message = "单位已撤回该业务，请返回列表办理下一件"


class NotYourStep(BusinessError):
    message = "上一步不是您办理的，不能撤回"


class NoColleague(BusinessError):
    message = "请选择本管理部同一岗位的其他在岗人员"


class RowsRefused(BusinessError):
    """Some of the chosen people may not be done; `rows` says who and why. Nobody was."""

    message = "{count}人不能{act}，本次未办理：{rows}"

    def __init__(self, act: str, rows: list[tuple[str, str]]) -> None:
        told = "；".join(f"{name}：{reason}" for name, reason in rows[:NAMED])
        told += "等" if len(rows) > NAMED else ""
        super().__init__(act=act, count=len(rows), rows=told)
        self.rows = rows
