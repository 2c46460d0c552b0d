"""`python -m tests.fuzz [EXECUTIONS] [SEED]`: coverage-guided fuzzing of the workbook reader (figure 3).

Atheris (requirements-nightly.txt) changes sheets, strings, styles and whole packages towards what the
reader has not yet met. Only a refusal in words or rows may come of it; all else is a crash.
"""

import json
import subprocess
import sys

from tests import figures

EXECUTIONS = figures.share(quick=10_000, whole=250_000)
SEED = 20260703


def main() -> int:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else EXECUTIONS
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else SEED
    command = [sys.executable, "-m", "tests.fuzz.child", str(runs), str(seed)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=figures.ROOT)
    lines = ended.stdout.splitlines()
    done = json.loads(lines[-1]) if lines else {"executions": 0, "read": 0}
    crashes = int(ended.returncode != 0)
    figures.record(
        3, f"{done['executions']:,} executions, {done['read']:,} of them read, {crashes} crashes", seed,
        reached=not crashes and done["executions"] >= EXECUTIONS,
    )  # fmt: skip
    print(ended.stderr[-3_000:], done, file=sys.stderr)
    return crashes


if __name__ == "__main__":
    sys.exit(main())
