"""`python -m tests.manual`: the points of the operation manual that no test is marked for.

`docs/manual-points.txt` lists every promise of the manual by its number.
"""

import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
POINTS = HERE.parent / "docs" / "manual-points.txt"


def missing() -> list[str]:
    """Return the points without a test, in the manual's order."""
    marks = "".join(path.read_text(encoding="utf-8") for path in HERE.rglob("test_*.py"))
    proved = {
        point
        for call in re.findall(r"mark\.manual\(([^)]*)\)", marks)
        for point in re.findall(r'"([A-Z]\d+(?:\.\d+)?)"', call)
    }
    lines = POINTS.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and line.split()[0] not in proved]


if __name__ == "__main__":
    print("\n".join(missing()))
    sys.exit(0)
