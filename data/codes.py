"""The code tables (代码表) of people and employers; each names its standard, where it has one."""

from data.enums import LabelledEnum


class IdType(LabelledEnum):
    """Table A.1 (证件类型), with the travel permits that city import files add."""

    ID_CARD = "01", "身份证"
    OFFICER_CARD = "02", "军官证"
    PASSPORT = "03", "护照"
    RESIDENCE_PERMIT = "04", "外国人永久居留证"
    HONG_KONG_MACAO = "70", "港澳居民来往内地通行证"
    TAIWAN = "71", "台湾居民来往大陆通行证"
    OTHER = "99", "其他"


class EmployerKind(LabelledEnum):
    """单位性质 of the national statistics."""

    STATE_ORGAN = "001", "国家机关"
    STATE_OWNED = "002", "国有企业"
    COLLECTIVE = "003", "城镇集体企业"
    FOREIGN = "004", "外商投资企业"
    OTHER_URBAN = "005", "其他城镇企业"
    NON_ENTERPRISE = "006", "民办非企业单位"
    OTHER = "007", "其他"
    FREELANCE = "008", "自由职业者"
    SELF_EMPLOYED = "009", "个体工商户"
    PUBLIC_INSTITUTION = "010", "事业单位"
    ASSOCIATION = "011", "社会团体"


class Sex(LabelledEnum):
    """GB/T 2261.1."""

    UNKNOWN = "0", "未知"
    MALE = "1", "男"
    FEMALE = "2", "女"


class Marital(LabelledEnum):
    """GB/T 2261.2."""

    SINGLE = "10", "未婚"
    MARRIED = "20", "已婚"
    WIDOWED = "30", "丧偶"
    DIVORCED = "40", "离婚"
    UNSTATED = "90", "未说明"


class Education(LabelledEnum):
    """GB/T 4658-2006."""

    DOCTOR = "11", "博士研究生毕业"
    MASTER = "14", "硕士研究生毕业"
    POSTGRADUATE = "10", "研究生教育"
    BACHELOR = "21", "大学本科毕业"
    UNDERGRADUATE = "20", "大学本科"
    COLLEGE_GRADUATE = "31", "大学专科毕业"
    COLLEGE = "30", "大学专科"
    SECONDARY_VOCATIONAL = "41", "中专毕业"
    VOCATIONAL_HIGH = "44", "职业高中毕业"
    TECHNICAL = "47", "技工学校毕业"
    HIGH_SCHOOL = "61", "普通高中毕业"
    MIDDLE_SCHOOL = "71", "初中毕业"
    PRIMARY_SCHOOL = "81", "小学毕业"
    OTHER = "90", "其他"


class Occupation(LabelledEnum):
    """GB/T 2261.4."""

    CIVIL_SERVANT = "11", "国家公务员"
    PROFESSIONAL = "13", "专业技术人员"
    STAFF = "17", "职员"
    MANAGER = "21", "企业管理人员"
    WORKER = "24", "工人"
    FARMER = "27", "农民"
    STUDENT = "31", "学生"
    SOLDIER = "37", "现役军人"
    FREELANCE = "51", "自由职业者"
    SELF_EMPLOYED = "54", "个体经营者"
    UNEMPLOYED = "70", "无业人员"
    RETIRED = "80", "退(离)休人员"
    OTHER = "90", "其他"


class Post(LabelledEnum):
    """A short list after GB/T 12403."""

    NONE = "", "无"
    BUREAU = "0120", "厅局级"
    DIVISION = "0130", "县处级"
    SECTION = "0140", "乡科级"
    CLERK = "0150", "科员"
    DIRECTOR = "0410", "企业负责人"
    DEPARTMENT = "0420", "部门负责人"
    OTHER = "9999", "其他"


class Title(LabelledEnum):
    """A short list after GB/T 8561: the level of the title."""

    SENIOR = "001", "正高级"
    ASSOCIATE = "002", "副高级"
    MIDDLE = "003", "中级"
    JUNIOR = "004", "初级"
    NONE = "999", "无"


class Affiliation(LabelledEnum):
    """隶属关系, GB/T 12404."""

    CENTRAL = "10", "中央"
    PROVINCE = "20", "省"
    PREFECTURE = "40", "市（州）"
    COUNTY = "50", "县"
    TOWNSHIP = "60", "街道、镇、乡"
    VILLAGE = "70", "居民、村民委员会"
    OTHER = "90", "其他"


class Economy(LabelledEnum):
    """经济类型, GB/T 12402-2000."""

    DOMESTIC = "100", "内资"
    STATE = "110", "国有全资"
    COLLECTIVE = "120", "集体全资"
    COOPERATIVE = "130", "股份合作"
    JOINT = "140", "联营"
    LIMITED = "150", "有限责任（公司）"
    STATE_SOLE = "151", "国有独资（公司）"
    SHARES = "160", "股份有限（公司）"
    PRIVATE = "170", "私有"
    OTHER_DOMESTIC = "190", "其他内资"
    HONG_KONG_MACAO_TAIWAN = "200", "港、澳、台投资"
    FOREIGN = "300", "国外投资"
    OTHER = "900", "其他"


class SealReason(LabelledEnum):
    """封存原因."""

    ENDED = "01", "终止/解除劳动关系"
    UNPAID = "02", "保留劳动关系停发工资"
    MOVED = "03", "工作调动暂不转移"
    LEFT_PREFECTURE = "04", "调出本市"
    LAID_OFF = "05", "下岗/提前退养"
    RETIRED = "06", "退休"
    EMIGRATED = "07", "出境定居"
    DIED = "08", "死亡"
    SERVICE = "09", "服役/上学"
    OTHER = "99", "其他"


class UnsealReason(LabelledEnum):
    """启封原因."""

    PAID_AGAIN = "11", "恢复工资关系/复岗"
    HIRED_AGAIN = "12", "重新录用"
    CORRECTED = "13", "封存错误更正"
    OTHER = "19", "其他"
