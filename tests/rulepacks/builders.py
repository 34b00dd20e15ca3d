"""Rule packs of an installation's own, written for a test."""

from pathlib import Path

from flask import Flask

ORIGIN = 'source = { en = "Notice 7 of the bureau", zh = "主管部门第 7 号通知" }\nbasis = "read"\n'
"""Where the changed values of these packs are from."""
NO_ELECTRICITY = f'[[categories]]\ncode = "purchased_electricity"\ncounts = false\n{ORIGIN}'
"""A change of the Beijing rules that moves the total of a report."""
OTHER_FACTOR = f"""[[factors]]
table = "F_beijing"
category = "purchased_electricity"
fuel = {{ en = "grid electricity", zh = "电网电力" }}
parameter = "ef"
value = "0.581"
unit = "tCO2/MWh"
{ORIGIN}"""
"""A change that raises alerts where the report uses the earlier default."""
SIX_DAYS = f'[[clocks]]\ncode = "unit_answers"\ndays = 6\n{ORIGIN}'
"""A change that moves no total."""


def own_pack(app: Flask, name: str, text: str) -> Path:
    """A pack file of the installation, by its id: the id, the programme and the version are written before the text."""
    programme, version = name.split("/")
    file = Path(app.extensions["verifier"].settings.instance) / "rulepacks" / f"{name}.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'id = "{name}"\nprogramme = "{programme}"\nversion = "{version}"\n{text}', "utf-8")
    return file


def newer_beijing(app: Flask, changes: str, version: str = "own") -> str:
    """A later version of the Beijing rules that a case can move to; its id."""
    head = "" if "extends" in changes else 'extends = "beijing/2021.3"\n'
    own_pack(app, f"beijing/{version}", head + changes)
    return f"beijing/{version}"
