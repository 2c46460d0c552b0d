"""`make mutation`: how many small wrong changes to the rules the tests notice (figure 22).

`python -m tests.mutation money services.actor` asks for an area or for modules; with `--sample=300`
so many of an area's changes are drawn by a seed. What nobody noticed
is written to docs/assurance/22-AREA.md, with why, where a change makes no difference.
"""

import gc
import sys
import tempfile
from pathlib import Path

from tests import figures
from tests.mutation import area, trial
from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.operators import Mutant
from tests.mutation.targets import TARGETS, Area

TARGET = 95
"""Percent."""
_SAMPLE = "--sample="
_ENOUGH = 300
"""So many drawn changes stand for an area."""


def main(words: list[str]) -> int:
    sample = next((int(one.partition("=")[2]) for one in words if one.startswith(_SAMPLE)), None)
    asked = [one for one in words if not one.startswith(_SAMPLE)]
    with tempfile.TemporaryDirectory() as folder:
        trial.warm(trial.template(Path(folder) / "template.db"))
        gc.freeze()
        for name, whole in TARGETS.items():
            modules = tuple(m for m in whole.modules if not asked or name in asked or m in asked)
            if modules:
                is_whole = modules == whole.modules and (sample is None or sample >= _ENOUGH)
                _measure(name, Area(modules, whole.tests), sample, is_whole=is_whole)
    return 0


def _measure(name: str, asked: Area, sample: int | None, *, is_whole: bool) -> None:
    every = sum(map(len, area.chosen(asked, None).values()))
    mutants = area.chosen(asked, sample)
    tried = area.measure(name, asked, mutants)
    left, excused = dict[str, list[Mutant]](), 0
    for module, all_of_it in tried.items():
        alive = [one for one in all_of_it if one.killer is None]
        left[module] = [
            one.mutant for one in alive if one.mutant.name not in EQUIVALENT.get(module, {})
        ]
        excused += len(alive) - len(left[module])
        print(f"{module}: {len(all_of_it)} mutants, {len(alive)} alive", flush=True)
        for mutant in left[module]:
            print(f"  {mutant}", flush=True)
    counted = sum(map(len, tried.values())) - excused
    killed = counted - sum(map(len, left.values()))
    score = 100 * killed / counted
    said = (
        f"{killed} of {counted} killed ({score:.1f} %), {excused} that make no difference left out"
    )
    is_sample = sum(map(len, mutants.values())) < every
    if is_sample:
        said += f"; {sample} drawn of {every}"
    print(f"{name}: {said}", flush=True)
    if is_whole:
        seed = area.SEED if is_sample else None
        figures.record(22, said, seed, reached=score >= TARGET, part=name, is_whole=True)
        if figures.IS_WHOLE:
            _write(name, left)


def _write(name: str, left: dict[str, list[Mutant]]) -> None:
    lines = [f"# Figure 22, {name}: changes that no test notices", ""]
    for module, survivors in left.items():
        lines += [f"## {module}", "", *(f"- line {one}" for one in survivors), ""]
        lines += [
            f"- makes no difference: {one} — {why}"
            for one, why in EQUIVALENT.get(module, {}).items()
        ] + [""]
    (figures.WHOLE / f"22-{name}.md").write_text("\n".join(lines), "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
