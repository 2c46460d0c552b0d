"""Rows read without expat: their shapes are learned from rows that expat has read before them."""

from collections.abc import Sequence

from services.files.refusals import DamagedWorkbook
from services.files.shapes import Shape, shape_of
from services.files.sheet_elements import MAX_COLUMNS, Row, SheetElements

_MAX_SHAPES = 12
_MAX_LESSONS = 200
_MAX_MISSED = 2 * 1024 * 1024  # letters of rows that nearly fit a shape: enough of trying then


class RowShortcut:
    """Reads rows by the shapes learned from rows before them."""

    end_tag = "</row>"

    def __init__(self, sheet: SheetElements) -> None:
        self._sheet = sheet
        self._shapes: list[Shape] = []
        self._lessons = 0
        self._missed = 0

    def take(self, buffer: str, position: int) -> int:
        index = 0
        while index < len(self._shapes):
            end = self._take_alike(self._shapes[index], buffer, position)
            if end == position:
                index += 1
                continue
            self._shapes.insert(0, self._shapes.pop(index))
            index, position = 0, end
        return position

    def _take_alike(self, shape: Shape, buffer: str, position: int) -> int:
        """Read the run of rows of this shape that begins here; say where it ends."""
        match_at, found, start = shape.pattern.match, list[tuple[str, ...]](), position
        while match := match_at(buffer, position):
            found.append(match.groups())
            position = match.end()
        if found:
            self._add(shape, found, buffer[start:position])
        return position

    def _add(self, shape: Shape, found: Sequence[tuple[str, ...]], piece: str) -> None:
        numbers, *columns = zip(*found, strict=True)
        try:
            cells = shape.rows(columns) if columns else [()] * len(found)
        except IndexError as error:
            raise DamagedWorkbook from error
        self._sheet.add_run(list(map(Row._make, zip(map(int, numbers), cells, strict=True))), piece)

    def learn(self, piece: str) -> bool:
        if not self._sheet.is_between_rows:
            return False
        self._missed += len(piece) if self._shapes else 0
        if self._missed > _MAX_MISSED:
            self._shapes.clear()
        elif self._lessons < _MAX_LESSONS and len(self._shapes) < _MAX_SHAPES:
            self._lessons += 1
            sheet = self._sheet
            shape = shape_of(piece, sheet.shared, sheet.date_styles, MAX_COLUMNS)
            if shape and all(shape.pattern != known.pattern for known in self._shapes):
                self._shapes.append(shape)
        return True
