"""The layout that the README promises, held by tests."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("app.py", "web", "pages", "components", "services", "data", "ukey", "demo")
SOURCES = sorted(
    path
    for name in OURS
    for path in ([ROOT / name] if name.endswith(".py") else (ROOT / name).rglob("*.py"))
    if "storage" not in path.parts
)
PAGES = sorted(path for path in (ROOT / "pages").glob("*/[a-z]*.py"))
HARMLESS = (ast.Expr, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.FunctionDef)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_importing_a_page_draws_nothing(path: Path) -> None:
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        assert isinstance(statement, HARMLESS)
        assert not isinstance(statement, ast.Expr) or isinstance(statement.value, ast.Constant)


def test_no_folder_called_pages_stands_beside_the_main_script() -> None:
    """Streamlit would run the scripts in it for whoever asks, past the main script and the sign-in."""
    launcher = (ROOT / "app.py").read_text(encoding="utf-8")
    assert '"pages" / "main.py"' in launcher
    assert not (ROOT / "pages" / "pages").exists()


def test_the_main_script_navigates_on_every_run() -> None:
    tree = ast.parse((ROOT / "pages" / "main.py").read_text(encoding="utf-8"))
    main = next(
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "main"
    )
    returns = [node for node in ast.walk(main) if isinstance(node, ast.Return)]
    calls = ast.dump(main).count("attr='navigation'")
    assert calls == len(returns) + 1


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"unsafe_allow_html|unsafe_allow_javascript", "HTML from data would run as script"),
        (
            r"\bst\.cache_data|\bst\.cache_resource",
            "a shared cache hands one employer's rows to another",
        ),
        (r"datetime\.now\(\)|date\.today\(\)|utcnow", "the clock is services/rules/clock.py"),
        (
            r"token_urlsafe(?!\(32\))",
            "two underscores in an element's key are refused: words of ours are token_hex",
        ),
        (r"plotly\.express", "twenty times slower than graph_objects"),
    ],
)
def test_what_must_not_stand_in_the_house(pattern: str, why: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in SOURCES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(pattern, line) and not line.strip().startswith("#")
    ]
    assert found == [], why


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if p.name != "__init__.py"], ids=lambda p: str(p.relative_to(ROOT))
)
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_packages_hold_nothing_of_their_own() -> None:
    assert [
        p for p in ROOT.rglob("__init__.py") if ".venv" not in p.parts and p.read_text().strip()
    ] == []


def test_the_readme_names_every_demo_person() -> None:
    from demo.cast import CAST, SO_PIN

    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for player in CAST:
            row = next(line for line in text.splitlines() if line.startswith(f"| {player.key} "))
            for fact in (player.name, player.pin, player.username, player.password):
                assert fact in row
        assert SO_PIN in text


def test_the_readmes_test_command_is_what_ci_runs() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make test" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_wheel_is_pinned() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            if line and not line.startswith(("#", "-")):
                assert "==" in line


def _use_cases() -> list[tuple[str, ast.FunctionDef]]:
    return [
        (f"{path.relative_to(ROOT)}:{node.name}", node)
        for path in sorted((ROOT / "services").rglob("*.py"))
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and node.args.args
        and ast.unparse(node.args.args[0]) == "actor: Actor"
    ]


def test_every_use_case_notes_its_refusals() -> None:
    found = _use_cases()
    assert len(found) >= 98
    assert [
        name
        for name, node in found
        if "audit.refusals" not in [ast.unparse(each) for each in node.decorator_list]
    ] == [], "write @audit.refusals above it"
