"""What contributors meet first: pre-commit runs parts of `make check` without a network, and issue forms are complete."""

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
HOOKS = [hook for repo in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"] for hook in repo["hooks"]]


def test_pre_commit_needs_no_network() -> None:
    repos = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert {repo["repo"] for repo in repos} == {"local"}
    assert {hook["language"] for hook in HOOKS} == {"system"}


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_pre_commit_hook_is_a_line_of_make_check(hook: dict[str, str]) -> None:
    recipe = (ROOT / "Makefile").read_text().partition("\ncheck: ")[2].partition("\n\n")[0]
    assert hook["entry"].replace(".venv/bin/", "$(BIN)/", 1) in [line.strip().removeprefix("@") for line in recipe.splitlines()]


@pytest.mark.parametrize("form", ["bug", "feature"])
def test_an_issue_form_has_distinct_fields_with_labels(form: str) -> None:
    body = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / f"{form}.yml").read_text())["body"]
    fields = [field for field in body if field["type"] != "markdown"]
    assert len({field["id"] for field in fields}) == len(fields)
    assert all(field["attributes"]["label"] for field in fields)
    assert any(field.get("validations", {}).get("required") for field in fields)
