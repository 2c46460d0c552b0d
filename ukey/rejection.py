"""Why the hall refuses a certificate, a sign-in token or a document signature (拒绝原因)."""

from __future__ import annotations

from typing import ClassVar


class Rejected(Exception):
    """One refusal: `code` for log and tests, `text` for the clerk, `detail` for the log only."""

    TEXTS: ClassVar[dict[str, str]] = {}

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail

    @property
    def text(self) -> str:
        """What the clerk reads, in Chinese."""
        return self.TEXTS.get(self.code, "UKey验证失败")


class CertificateRejected(Rejected):
    """The certificate, its chain or its revocation list does not hold."""

    TEXTS: ClassVar[dict[str, str]] = {
        "cert_malformed": "证书格式错误",
        "cert_not_yet_valid": "证书尚未生效",
        "cert_expired": "证书已过期，请到CA网点更新证书",
        "cert_key_weak": "证书密钥或签名算法强度不足",
        "cert_key_usage": "证书用途不符（需要数字签名）",
        "cert_eku": "证书扩展用途不符（需要客户端认证）",
        "cert_policy": "该类证书不允许用于登录",
        "cert_is_ca": "不能使用CA证书登录",
        "cert_self_signed": "自签名证书不受信任",
        "cert_untrusted": "证书不是由受信任的CA签发",
        "cert_chain_invalid": "证书链校验失败",
        "cert_revoked": "证书已被吊销",
        "ca_revoked": "签发机构证书已被吊销",
        "crl_unavailable": "无法获得证书吊销列表，暂不能登录",
        "crl_stale": "证书吊销列表已过期，暂不能登录",
        "crl_invalid": "证书吊销列表校验失败，暂不能登录",
    }


class TokenRejected(Rejected):
    """The sign-in token is malformed, or was not signed for this nonce and this origin."""

    TEXTS: ClassVar[dict[str, str]] = {
        "token_length": "登录数据长度不正确",
        "token_parse": "登录数据无法解析",
        "token_format": "不支持的登录数据版本",
        "token_field": "登录数据缺少字段",
        "token_alg": "不支持的签名算法",
        "token_signature": "UKey签名校验失败",
        "nonce_missing": "登录请求已失效，请重试",
    }


class SignatureRejected(Rejected):
    """The signature of a document does not hold for these bytes and this certificate."""

    TEXTS: ClassVar[dict[str, str]] = {
        "cms_structure": "签名数据格式错误",
        "cms_algorithm": "不支持的签名算法",
        "cms_certificate": "签名证书与登录证书不一致",
        "cms_digest": "签名内容与提交内容不一致",
        "cms_signature": "签名校验失败",
        "cms_time": "签名时间与提交时间相差过大，请校准电脑时间",
    }
