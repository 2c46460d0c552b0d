"""A message says of which month in arrears it reminds, and is known for a reminder by that alone.

Those sent before are found by their sentence, the month read out of it.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_SENTENCE = re.compile(r"，贵单位(\d{4})年(\d{1,2})月公积金尚未入账，请尽快汇缴$")
_MESSAGE = sa.table(
    "message", sa.column("id", sa.BigInteger), sa.column("case_id", sa.BigInteger),
    sa.column("text", sa.String), sa.column("reminds_of", sa.Integer),
)  # fmt: skip


def upgrade() -> None:
    op.add_column("message", sa.Column("reminds_of", sa.Integer(), nullable=True))
    connection = op.get_bind()
    sent = sa.select(_MESSAGE.c.id, _MESSAGE.c.text).where(
        _MESSAGE.c.case_id.is_(None), _MESSAGE.c.text.endswith("公积金尚未入账，请尽快汇缴")
    )
    for number, text in connection.execute(sent).all():
        if found := _SENTENCE.search(text):
            month = int(found[1]) * 100 + int(found[2])
            told = sa.update(_MESSAGE).where(_MESSAGE.c.id == number)
            connection.execute(told.values(reminds_of=month))
