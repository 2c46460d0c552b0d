"""Changes that make no difference, module by module, and why."""

EQUIVALENT: dict[str, dict[str, str]] = {}
