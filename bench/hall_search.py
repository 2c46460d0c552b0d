"""The officer's search of the register among 300,000 people: by name, by account, by last four."""

from pathlib import Path

from bench.actors import OFFICER
from data import database
from services.register.search import search

WORDS = ("杨秀英", "522610123456", "0123", "龙建", "522610299999", "789X")
TIMES = 5


class Way:
    def __init__(self, address: str) -> None:
        self.engine = database.connect(address)

    def reset(self) -> None:
        """Leave things as they are: a search writes nothing."""

    def stored(self) -> int:
        return 0

    def run(self, _order: Path) -> None:
        for _ in range(TIMES):
            for words in WORDS:
                self.search(words)

    def search(self, words: str) -> object:
        return search(OFFICER, words)
