"""What can go wrong between the agent and a key (UKey故障), in words that say what to do."""

from __future__ import annotations

TEXTS = {
    "no_key": "未检测到UKey，请插入UKey后重试",
    "key_removed": "UKey已被拔出，请重新插入后重试",
    "pin_required": "请输入UKey密码",
    "pin_incorrect": "UKey密码错误，请重新输入",
    "pin_locked": "UKey密码已锁定，请到CA网点或用管理工具解锁",
    "pin_final_try": "仅剩最后一次尝试机会，再次输错将锁定UKey，请确认后再试",
    "pin_length": "UKey密码长度不正确，请重新输入",
    "pin_weak": "新密码过于简单，请勿使用相同或连续的字符",
    "pin_same": "新密码不能与原密码相同",
    "pin_cancelled": "已取消输入密码",
    "rate_limited": "操作过于频繁或密码错误次数过多，请稍后再试",
    "no_certificate": "UKey中没有可用的证书，请到CA网点检查证书",
    "busy": "UKey正在使用中，请稍后再试",
    "origin_denied": "来源网站未被允许，请从网上业务大厅进入",
    "host_denied": "访问地址不正确",
    "bad_request": "请求格式不正确，请刷新页面后重试",
    "user_declined": "用户取消了签名",
    "key_error": "UKey操作失败，请拔出后重新插入再试",
    "module_error": "UKey驱动未安装或无法加载，请安装驱动后重试",
}


class KeyFault(Exception):
    """One fault; `details` go to the page beside code and text, and never hold a PIN."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details

    @property
    def text(self) -> str:
        """What the clerk reads, in Chinese."""
        return TEXTS[self.code]
