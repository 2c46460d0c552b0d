"""The business vocabulary: every coded value, its stored code and its Chinese wording.

Codes of accounts and changes follow JGJ/T 320-2014 (tables A.1, A.4, A.5, A.6).
"""

from enum import StrEnum
from typing import Self


class LabelledEnum(StrEnum):
    """A code as it is stored, with the Chinese label that users see."""

    label: str

    def __new__(cls, code: str, label: str) -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member


class Role(LabelledEnum):
    CLERK = "clerk", "单位经办人"
    REVIEWER = "reviewer", "初审员"
    SENIOR_REVIEWER = "senior_reviewer", "终审员"
    DIRECTOR = "director", "主任"
    MANAGER = "manager", "管理者"
    ADMINISTRATOR = "administrator", "系统管理员"
    SECURITY_ADMINISTRATOR = "security_administrator", "安全管理员"
    AUDITOR = "auditor", "审计员"


#: Those who decide on what employers submit, each at the level that asks for their role.
OFFICERS = (Role.REVIEWER, Role.SENIOR_REVIEWER, Role.DIRECTOR)
#: Those who keep the hall itself: policy, people, keys. They decide on no employer's business.
ADMINISTRATORS = (Role.ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR)


class Branch(LabelledEnum):
    """管理部: the prefecture's own, and one for each of its sixteen counties."""

    KAILI = "01", "凯里管理部"
    HUANGPING = "02", "黄平管理部"
    SHIBING = "03", "施秉管理部"
    SANSUI = "04", "三穗管理部"
    ZHENYUAN = "05", "镇远管理部"
    CENGONG = "06", "岑巩管理部"
    TIANZHU = "07", "天柱管理部"
    JINPING = "08", "锦屏管理部"
    JIANHE = "09", "剑河管理部"
    TAIJIANG = "10", "台江管理部"
    LIPING = "11", "黎平管理部"
    RONGJIANG = "12", "榕江管理部"
    CONGJIANG = "13", "从江管理部"
    LEISHAN = "14", "雷山管理部"
    MAJIANG = "15", "麻江管理部"
    DANZHAI = "16", "丹寨管理部"


class EmployerStatus(LabelledEnum):
    """Table A.4 (单位账户状态)."""

    NORMAL = "01", "正常"
    OPENED = "02", "开户"
    DEFERRED = "03", "缓缴"
    CANCELLED = "04", "销户"
    SEALED = "05", "封存"
    OTHER = "99", "其他"


class ContributorStatus(LabelledEnum):
    """Table A.6 (个人账户状态)."""

    NORMAL = "01", "正常"
    SEALED = "02", "封存"
    MERGED = "03", "合并销户"
    MOVED_OUT = "04", "外部转出销户"
    WITHDRAWN = "05", "提取销户"
    FROZEN = "06", "冻结"
    OTHER = "99", "其他"


class BusinessKind(LabelledEnum):
    """The manual's ten functions that can become a case."""

    EMPLOYER_INFO_CHANGE = "employer_info_change", "单位信息变更"
    BASE_ADJUSTMENT = "base_adjustment", "基数调整"
    REMITTANCE = "remittance", "汇缴"
    RATE_ADJUSTMENT = "rate_adjustment", "缴存比例调整"
    CONTRIBUTOR_REGISTRATION = "contributor_registration", "缴存人登记"
    CONTRIBUTOR_INFO_CHANGE = "contributor_info_change", "缴存人信息变更"
    UNSEALING = "unsealing", "缴存人启封"
    SEALING = "sealing", "缴存人封存"
    DEFERRAL = "deferral", "缓缴/解除缓缴"


class AssessmentStatus(LabelledEnum):
    """Where a month stands; nothing is deleted, a deleted one is kept as such."""

    ASSESSED = "assessed", "已核定(待审批)"
    APPROVED = "approved", "已审批(待缴款)"
    BOOKED = "booked", "已入账"
    RETURNED = "returned", "审批退回"
    DELETED = "deleted", "已删除"


class RemittanceKind(LabelledEnum):
    """Table A.5 (业务类型)."""

    REGULAR = "01", "汇缴"
    DEFERRED = "13", "缓缴补缴"


class EntryKind(LabelledEnum):
    """A line of an employer's ledger."""

    ARRIVAL = "arrival", "到账"
    ALLOCATION = "allocation", "分摊入账"
    UNBOOKING = "unbooking", "撤销入账"
    REVERSAL = "reversal", "到账冲正"
    REFUND = "refund", "退款"


#: The lines that raise the balance (未分摊余额); all others lower it.
MONEY_IN = (EntryKind.ARRIVAL, EntryKind.UNBOOKING)


class CorrectionKind(LabelledEnum):
    """What two officers may do to money that has arrived."""

    REVERSAL = "reversal", "到账冲正"
    REFUND = "refund", "未分摊退款"


class CaseStatus(LabelledEnum):
    DRAFT = "draft", "待提交"
    PENDING = "pending", "待审核"
    RETURNED = "returned", "已退回"
    REJECTED = "rejected", "审核不通过"
    WITHDRAWN = "withdrawn", "已撤回"
    APPROVED = "approved", "已办结"
    CLOSED = "closed", "已终止"


class WorkState(LabelledEnum):
    """Where a long work (import, print, export) stands."""

    WAITING = "waiting", "排队中"
    RUNNING = "running", "正在处理"
    DONE = "done", "已完成"
    REFUSED = "refused", "未能办理"
    FAILED = "failed", "处理出错"
    LOST = "lost", "已中断"


class Action(LabelledEnum):
    """What someone does to a case; the label is what the 流程图 and the history show."""

    SUBMIT = "submit", "提交"
    APPROVE = "approve", "通过"
    RETURN = "return", "退回"
    REJECT = "reject", "不通过"
    CLOSE = "close", "结束流程"
    WITHDRAW = "withdraw", "撤回"
    TRANSFER = "transfer", "转办"


class AuditAction(LabelledEnum):
    """What the audit tells of. Codes stay for ever: they are in the hashed rows."""

    SIGNED_IN = "signed_in", "登录"
    SIGN_IN_REFUSED = "sign_in_refused", "登录被拒"
    PASSWORD_WRONG = "password_wrong", "密码错误"
    LOCKED = "locked", "密码锁定"
    SIGNED_OUT = "signed_out", "退出登录"
    SESSIONS_ENDED = "sessions_ended", "结束全部会话"
    REFUSED = "refused", "越权被拒"
    CASE_BEGUN = "case_begun", "开始办理"
    CASE_OPENED = "case_opened", "打开业务"
    CASE_SUBMIT = "case_submit", "提交"
    CASE_APPROVE = "case_approve", "审批通过"
    CASE_RETURN = "case_return", "审批退回"
    CASE_REJECT = "case_reject", "审批不通过"
    CASE_CLOSE = "case_close", "结束流程"
    CASE_WITHDRAW = "case_withdraw", "撤回"
    CASE_TRANSFER = "case_transfer", "转办"
    CASE_EFFECT = "case_effect", "业务生效"
    ENTERED = "entered", "录入"
    IMPORTED = "imported", "批量导入"
    ROWS_DELETED = "rows_deleted", "删除清册行"
    DOCUMENT_ATTACHED = "document_attached", "上传材料"
    DOCUMENT_DETACHED = "document_detached", "取消材料"
    MONTH_APPROVED = "month_approved", "核定审批通过"
    MONTH_RETURNED = "month_returned", "核定审批退回"
    MONTH_DELETED = "month_deleted", "核定删除"
    MONTH_BOOKED = "month_booked", "核定入账"
    MONTH_UNBOOKED = "month_unbooked", "撤销入账"
    MONEY_ARRIVED = "money_arrived", "到账登记"
    MONEY_REVERSED = "money_reversed", "到账冲正"
    MONEY_REFUNDED = "money_refunded", "未分摊退款"
    CORRECTION_PROPOSED = "correction_proposed", "提出资金更正"
    CORRECTION_REJECTED = "correction_rejected", "退回资金更正"
    CORRECTION_WITHDRAWN = "correction_withdrawn", "撤回资金更正"
    EXPORTED = "exported", "数据下载"
    PRINTED = "printed", "打印"
    DOWNLOADED = "downloaded", "文件下载"
    MESSAGE_READ = "message_read", "消息标为已阅"
    MESSAGE_DELETED = "message_deleted", "消息删除"
    DEFERRAL_BEGUN = "deferral_begun", "缓缴开始"
    DEFERRAL_ENDED = "deferral_ended", "缓缴结束"
    REMINDED = "reminded", "汇缴提醒"
    PROPOSED = "proposed", "提出变更"
    PROPOSAL_REJECTED = "proposal_rejected", "退回变更"
    PROPOSAL_WITHDRAWN = "proposal_withdrawn", "撤回变更"
    POLICY_SET = "policy_set", "设置政策参数"
    USER_SET = "user_set", "设置用户"
    KEY_BOUND = "key_bound", "绑定UKey"
    KEY_SUSPENDED = "key_suspended", "停用UKey"
    KEY_RESUMED = "key_resumed", "恢复UKey"
    KEY_REVOKED = "key_revoked", "注销UKey"
    KEY_MADE = "key_made", "制作演示UKey"
    CRL_IMPORTED = "crl_imported", "导入吊销列表"
    EMPLOYER_OPENED = "employer_opened", "单位开户"
    RESTORED = "restored", "恢复备份"


class Channel(LabelledEnum):
    """推送渠道: where something was done or said."""

    APP = "10", "APP"
    WECHAT = "20", "微信"
    WEBSITE = "30", "网站"
    HALL = "40", "网厅"
    TERMINAL = "50", "自助终端"
    HOTLINE = "60", "热线"
    SMS = "70", "短信"
    COUNTER = "99", "柜面"


class ChangeKind(LabelledEnum):
    """Table A.5 (业务类型), those that leave a record on a person's account."""

    OPENED = "03", "开户"
    UNSEALED = "04", "启封"
    SEALED = "05", "封存"
    MOVED_IN = "06", "转入"
    MOVED_OUT = "61", "转出"
    """The other side of 转入, at the employer left: the table has one code for both."""
    BASE_CHANGED = "10", "基数变更"
    INFO_CHANGED = "70", "信息变更"
    RATE_CHANGED = "75", "比例变更"


class BindingStatus(LabelledEnum):
    ACTIVE = "active", "有效"
    SUSPENDED = "suspended", "已停用"
    REVOKED = "revoked", "已注销"


class KeyEvent(LabelledEnum):
    """What happened to a UKey's binding."""

    BOUND = "bound", "绑定"
    RENEWED = "renewed", "换证"
    SUSPENDED = "suspended", "停用"
    RESUMED = "resumed", "恢复"
    REVOKED = "revoked", "注销"
