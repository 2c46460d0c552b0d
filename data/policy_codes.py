"""The codes of policy (政策参数): what the center sets, how a change of it stands, days, rounding."""

from data.enums import LabelledEnum


class PolicyKey(LabelledEnum):
    """What the center sets; values are text, read by `services.policy`."""

    BASE_MIN = "base_min", "缴存基数下限（元）"
    BASE_MAX = "base_max", "缴存基数上限（元）"
    TOTAL_MIN = "total_min", "月缴存额下限（元）"
    TOTAL_MAX = "total_max", "月缴存额上限（元）"
    ROUNDING = "rounding", "月缴存额计算方法"
    HPF_YEAR_STARTS = "hpf_year_starts", "缴存年度起始月"
    ADJUSTMENT_WINDOW = "adjustment_window", "基数调整办理期间"
    ADJUSTMENTS_PER_YEAR = "adjustments_per_year", "每年度基数调整次数"
    JUNE_FIRST = "june_first", "基数调整前须完成上年度汇缴"
    RATE_MIN = "rate_min", "缴存比例下限（%）"
    RATE_MAX = "rate_max", "缴存比例上限（%）"
    RATE_CHANGES_PER_YEAR = "rate_changes_per_year", "每年度比例调整次数"
    MONTHS_AHEAD = "months_ahead", "可提前核定月数"
    DEFERRAL_MONTHS = "deferral_months", "缓缴最长月数"
    REVIEW_DAYS = "review_days", "审批时限（工作日）"
    DEFERRAL_REVIEW_DAYS = "deferral_review_days", "缓缴/解除缓缴审批时限（工作日）"
    APPROVAL_LEVELS = "approval_levels", "审批环节"
    MATERIALS = "materials", "办理材料"


class ProposalTopic(LabelledEnum):
    """What one administrator proposes and another confirms (双人复核)."""

    LIMITS = "limits", "缴存基数与月缴存额上下限"
    RATES = "rates", "缴存比例"
    ROUNDING = "rounding", "月缴存额计算方法"
    ADJUSTMENT = "adjustment", "基数调整"
    DEFERRAL = "deferral", "缓缴"
    REMITTANCE = "remittance", "汇缴核定"
    LEVELS = "levels", "审批环节"
    MATERIALS = "materials", "办理材料"
    DUE = "due", "审批时限"
    CALENDAR = "calendar", "工作日历"
    USER = "user", "人员角色与管理部"


class ProposalStatus(LabelledEnum):
    PENDING = "pending", "待复核"
    CONFIRMED = "confirmed", "已复核"
    REJECTED = "rejected", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"


class DayKind(LabelledEnum):
    """What a day of the calendar is where the week alone does not say it."""

    HOLIDAY = "holiday", "放假"
    WORKDAY = "workday", "调休上班"
    ORDINARY = "ordinary", "按星期"


class Rounding(LabelledEnum):
    """计算方法: how a part of the monthly amount is rounded.

    舍入到 truncates, 见…进… rounds up, 四舍五入 rounds half up.
    """

    DOWN_TO_FEN = "0", "舍入到分"
    UP_FEN_TO_JIAO = "1", "见分进角"
    DOWN_TO_JIAO = "2", "舍入到角"
    UP_JIAO_TO_YUAN = "3", "见角进元"
    DOWN_TO_YUAN = "4", "舍入到元"
    UP_LI_TO_FEN = "5", "见厘进分"
    HALF_UP_TO_FEN = "6", "四舍五入到分"
    HALF_UP_TO_JIAO = "7", "四舍五入到角"
    HALF_UP_TO_YUAN = "8", "四舍五入到元"
