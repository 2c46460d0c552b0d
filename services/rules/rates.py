"""Two rates as people write them (缴存比例): the employer's and the contributor's, in whole percent."""


def pair(employer_rate: int, contributor_rate: int) -> str:
    """Return 8 and 8 as 8%+8%."""
    return f"{employer_rate}%+{contributor_rate}%"


def read(written: str) -> tuple[int, int]:
    """Return 8%+8% as 8 and 8."""
    own, withheld = written.split("+")
    return int(own.removesuffix("%")), int(withheld.removesuffix("%"))
