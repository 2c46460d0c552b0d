"""The floor: inflate and tokenise the workbook in C, write lines made beforehand by the bare driver.

It checks nothing and makes no row of what it reads; nobody can be faster by these libraries.
"""

import zipfile
from pathlib import Path
from xml.parsers import expat

from bench.peers import database
from bench.peers.rules import EMPLOYER, NORMAL, PEOPLE, part

PARTS = ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml")


class Way:
    def __init__(self, address: str) -> None:
        self.engine = database.connect(address)
        with self.engine.connect() as connection:
            people = connection.exec_driver_sql(PEOPLE).all()
        self.lines = [
            (
                EMPLOYER,
                EMPLOYER,
                row,
                person[0],
                person[5],
                person[5],
                part(person[5]),
                part(person[5]),
            )
            for row, person in enumerate(people, start=1)
            if person[4] == NORMAL
        ]

    def reset(self) -> None:
        database.reset(self.engine)

    def stored(self) -> int:
        return database.stored(self.engine)

    def run(self, book: Path) -> None:
        with zipfile.ZipFile(book) as package:
            for name in PARTS:
                if name in package.namelist():
                    expat.ParserCreate().Parse(package.read(name), True)  # noqa: FBT003
        with self.engine.begin() as connection:
            database.insert(connection, self.lines)
