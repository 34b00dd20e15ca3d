"""The build step of the wheel: pages and compiled translations go inside the package. Everything else is told in pyproject.toml."""

import shutil
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent


class BuildWithPages(build_py):
    """Copy `templates/` and `static/`, which stand at the top of the repository, into the package, and compile the catalogues."""

    def run(self) -> None:
        """Build anew; an editable installation reads everything where it stands."""
        if self.editable_mode:
            super().run()
            return
        package = Path(self.build_lib) / "verifier"
        shutil.rmtree(package, ignore_errors=True)
        super().run()
        for folder in ("templates", "static"):
            shutil.copytree(ROOT / folder, package / folder)
        for text in package.glob("translations/*/LC_MESSAGES/*.po"):
            with text.open("rb") as source, text.with_suffix(".mo").open("wb") as compiled:
                write_mo(compiled, read_po(source))


setup(cmdclass={"build_py": BuildWithPages})
