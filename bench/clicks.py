"""What a click costs the server, as lines of the table: see `bench.pages`."""

from collections.abc import Iterator

import settings
from bench import pages
from bench.results import Line
from bench.setting import Setting

BARE = "a bare page with that table"


def measure(_setting: Setting) -> Iterator[Line]:
    """Yield what pages cost, beside the least page of Streamlit with the same table."""
    for cost in pages.measure(settings.STORAGE):
        shown, target = f"{cost.milliseconds:.1f} ms", f"< {cost.target:.0f} ms"
        is_reached = cost.milliseconds < cost.target
        if cost.bare is None:
            yield Line(cost.work, "–", shown, "", "", target, is_reached)
        else:
            ratio = f"{cost.milliseconds / cost.bare:.1f}× the time"
            yield Line(cost.work, BARE, shown, f"{cost.bare:.1f} ms", ratio, target, is_reached)
