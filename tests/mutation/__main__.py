"""`make mutation`: how many small wrong changes to the rules the tests notice (figure 22).

`python -m tests.mutation money services.actor` asks for an area or for modules. What nobody noticed
is written to docs/assurance/22-AREA.md, with why, where a change makes no difference.
"""

import sys
import tempfile
from pathlib import Path

from tests import figures
from tests.mutation import trial
from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.operators import Mutant, mutants
from tests.mutation.targets import TARGETS, Target

TARGET = 95
"""Percent."""


def main(asked: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        trial.warm(trial.template(Path(folder) / "template.db"))
        for area, targets in TARGETS.items():
            chosen = [t for t in targets if not asked or area in asked or t.module in asked]
            if chosen:
                _measure(area, chosen, is_whole=chosen == list(targets))
    return 0


def _measure(area: str, targets: list[Target], *, is_whole: bool) -> None:
    tried, left, excused = 0, dict[str, list[Mutant]](), 0
    for target in targets:
        count, survivors = _survivors(target)
        tried += count
        known = EQUIVALENT.get(target.module, {})
        left[target.module] = [one for one in survivors if _name(one) not in known]
        excused += len(survivors) - len(left[target.module])
        print(f"{target.module}: {count} mutants, {len(survivors)} alive", flush=True)
        for one in left[target.module]:
            print(f"  {one}", flush=True)
    killed = tried - excused - sum(map(len, left.values()))
    score = 100 * killed / (tried - excused)
    print(f"{area}: {killed} of {tried - excused} ({score:.1f} %), {excused} make no difference")
    if is_whole:
        figures.record(
            22,
            f"{killed} of {tried - excused} killed ({score:.1f} %), {excused} that make no difference left out",
            reached=score >= TARGET, part=area, is_whole=True,
        )  # fmt: skip
        _write(area, left)


def _name(mutant: Mutant) -> str:
    """Return what a mutant is called whatever line it stands in."""
    return f"{mutant.before} → {mutant.after}"


def _survivors(target: Target) -> tuple[int, list[Mutant]]:
    """Return how many mutants the module has, and those that its tests let pass."""
    outcome, took = trial.run(target.tests, target.module, None, seconds=600)
    if outcome != trial.PASSED:
        raise SystemExit(f"{target.module}: its tests fail as it is ({outcome})")
    count, left = 0, []
    for mutant in mutants((figures.ROOT / target.path).read_text("utf-8")):
        count += 1
        outcome, _ = trial.run(target.tests, target.module, mutant.tree, seconds=30 + 3 * int(took))
        if outcome == trial.PASSED:
            left.append(mutant)
    return count, left


def _write(area: str, left: dict[str, list[Mutant]]) -> None:
    lines = [f"# Figure 22, {area}: changes that no test notices", ""]
    for module, survivors in left.items():
        lines += [f"## {module}", "", *(f"- line {one}" for one in survivors), ""]
        lines += [
            f"- makes no difference: {name} — {why}"
            for name, why in EQUIVALENT.get(module, {}).items()
        ] + [""]
    (figures.WHOLE / f"22-{area}.md").write_text("\n".join(lines), "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
