"""A plain script: python-calamine, one pass in Python, SQLAlchemy Core's executemany."""

from pathlib import Path

from python_calamine import CalamineWorkbook

from bench.peers import database
from bench.peers.rules import EMPLOYER, NORMAL, PEOPLE, RATES, Rejected, fen, limits_objection, part


class Way:
    def __init__(self, address: str) -> None:
        self.engine = database.connect(address)

    def reset(self) -> None:
        database.reset(self.engine)

    def stored(self) -> int:
        return database.stored(self.engine)

    def run(self, book: Path) -> None:
        sheet = CalamineWorkbook.from_path(str(book)).get_sheet_by_index(0).to_python()
        with self.engine.begin() as connection:
            people = {row[1]: row for row in connection.exec_driver_sql(PEOPLE)}
            faults: list[tuple[int, str, str]] = []
            lines, seen = [], set()
            for number, row in enumerate(sheet[1:], start=2):
                _, account, name, id_number, rates, old, amount, new = row
                person = people.get(account)
                if person is None:
                    faults.append((number, "个人账号", "不是本单位的个人账号"))
                    continue
                if account in seen:
                    faults.append((number, "个人账号", "重复"))
                seen.add(account)
                if person[4] != NORMAL:
                    faults.append((number, "个人账号", "状态不是正常"))
                if name != person[2]:
                    faults.append((number, "姓名", "不得修改"))
                if id_number != person[3]:
                    faults.append((number, "证件号码", "不得修改"))
                if rates != RATES:
                    faults.append((number, "缴存比例", "不得修改"))
                try:
                    if fen(old) != person[5]:
                        faults.append((number, "调整前基数", "不得修改"))
                    if fen(amount) != person[6]:
                        faults.append((number, "调整前月缴存额", "不得修改"))
                    base = fen(new)
                except (TypeError, ValueError) as error:
                    faults.append((number, "调整后基数", str(error)))
                    continue
                if objection := limits_objection(base):
                    faults.append((number, "调整后基数", objection))
                own = part(base)
                lines.append((EMPLOYER, EMPLOYER, number - 1, person[0], person[5], base, own, own))
            missing = [row[2] for row in people.values() if row[4] == NORMAL and row[1] not in seen]
            if faults or missing:
                raise Rejected(faults[:3], missing[:3])
            database.insert(connection, lines)
