"""Code of verifier/ that nothing calls: vulture's findings, less what templates use, what libraries find by name, and `KEPT`.

What only the tests use is dead too, unless `KEPT` says why it stays.
"""

import re
import sys
from pathlib import Path

from vulture import Vulture

ROOT = Path(__file__).resolve().parent.parent
DECORATED = [
    "@bp.*",
    "@*.command",
    "@*.group",
    "@handles",
    "@*.handles",
    "@event.*",
    "@app.after_request",
    "@app.url_defaults",
    "@*.listens_for",
    "@task",
    "@*.task",
    "@mails",
    "@pictures.maker",
]
"""Decorators that register what they decorate."""
BY_NAME = [
    "process_bind_param",
    "process_formdata",
    "process_result_value",
    "validate_*",
    "downgrade",
    "upgrade",
    "load_config",
    "async_sign_raw",
    "get_id",
    "get_short_help_str",
    "format_help_text",
    "on_client_socket_readable",
]
"""Methods and functions that a library calls by their name."""
KEPT = {
    "concluded_due": "tests of the clocks ask it of a case whose conclusion is due",
    "VoucherPicture": "its relationship names it as text; rows of vouchers that were handed in before pictures were made by a job",
    "adder": "tests of rule packs give it to the clocks",
    "forget_all": "the bench and tests measure pages as after a restart",
    "is_provisional": "tests of rule packs ask it of every year",
    "merkle_root": "tests compare it with RFC 6962's own examples",
    "missing_files": "tests ask it after a kill",
    "vouchers_of": "tests ask which documents support a number",
    "shortest": "tests of quantities compare what a workbook stores",
}
CHECKED = {"function", "class", "method", "property", "import", "unreachable_code"}
"""Attributes and variables are columns, fields of forms and settings of libraries, which vulture cannot tell apart."""
IN_BRACES = re.compile(r"{[{%](.*?)[%}]}", re.DOTALL)


def in_templates() -> set[str]:
    """Every word of an expression or a statement of a template."""
    texts = ((ROOT / "templates").rglob(f"*.{ending}") for ending in ("html", "txt"))
    return {word for files in texts for file in files for part in IN_BRACES.findall(file.read_text()) for word in re.findall(r"\w+", part)}


def main() -> int:
    """Print what is dead, and what is kept without need; 1 when there is any."""
    vulture = Vulture(ignore_names=BY_NAME, ignore_decorators=DECORATED)
    vulture.scavenge([str(ROOT / "verifier"), str(ROOT / "wsgi.py")])
    found = [item for item in vulture.get_unused_code(min_confidence=60) if item.typ in CHECKED]
    names = in_templates()
    dead = [item for item in found if item.name not in names and item.name not in KEPT]
    needless = sorted(KEPT.keys() - {item.name for item in found})
    print(*(f"{item.filename.relative_to(ROOT)}:{item.first_lineno}: {item.message}" for item in dead), sep="\n", end="\n" if dead else "")
    print(*(f"tools/dead_code.py: {name} is used or gone, and needs no reason any more" for name in needless), sep="\n", end="")
    return 1 if dead or needless else 0


if __name__ == "__main__":
    sys.exit(main())
