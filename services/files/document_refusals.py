"""Why a document is not taken: one class a reason, each with what to do."""

from services.errors import BusinessError


class UnacceptableDocument(BusinessError):
    """A file that may not be attached; subclasses say why and what to do."""

    message = "该文件不能作为材料上传"


class EmptyDocument(UnacceptableDocument):
    message = "文件是空的，请重新选择文件"


class DocumentTooLarge(UnacceptableDocument):
    message = "文件超过10MB，请压缩或分成几个文件后上传"


class NotADocument(UnacceptableDocument):
    message = "文件内容不是PDF、JPG或PNG，请扫描或另存为其中一种后上传"


class EncryptedPdf(UnacceptableDocument):
    message = "PDF设有密码或权限限制，请取消后上传"


class ActivePdf(UnacceptableDocument):
    message = "PDF含有脚本、外部程序或嵌入文件，请打印成新的PDF后上传"


class TooComplexPdf(UnacceptableDocument):
    message = "PDF内部结构过于复杂，请打印成新的PDF或扫描后上传"


class DamagedDocument(UnacceptableDocument):
    message = "文件已损坏，无法打开，请重新扫描或导出后上传"


class TooManyPixels(UnacceptableDocument):
    message = "图片尺寸过大（{width}×{height}），请缩小后上传"


class HiddenContent(UnacceptableDocument):
    message = "图片中夹带了其他内容，请重新拍照或截图后上传"
