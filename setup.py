"""Owns which files go into the wheel, and which modules are compiled where there is Cython and a C compiler.

Knows nothing else of packaging; that is in pyproject.toml. A module that is compiled stays a file that Python can
read as well: its ``.pxd`` names the C types. All are compiled or none; ``HMS_ESR_CORE=python`` compiles none.
"""

import os
from pathlib import Path

from setuptools import Extension, find_packages, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import BaseError, CCompilerError

try:
    from Cython.Build import cythonize
except ImportError:
    cythonize = None

SHIPPED = {
    "hms_esr.shipped.personas": "personas",
    "hms_esr.shipped.scenarios": "scenarios",
    "hms_esr.shipped.grafana.dashboards": "grafana/dashboards",
}
PACKAGE = Path("hms_esr")


class Core(build_ext):
    """Compiles all modules at once, or none: where that fails, Python reads them."""

    def finalize_options(self) -> None:
        """As many at once as there are cores."""
        super().finalize_options()
        self.parallel = os.cpu_count()

    def run(self) -> None:
        """Compile; say so where it fails, and go on without."""
        try:
            super().run()
        except (BaseError, CCompilerError, OSError) as error:
            self.warn(f"nothing is compiled ({error}); hms-esr works the same, with more processor time")
            for extension in self.extensions:
                Path(self.get_ext_fullpath(extension.name)).unlink(missing_ok=True)
            self.extensions.clear()


def core() -> list[Extension]:
    """The modules that have C types."""
    if cythonize is None or os.environ.get("HMS_ESR_CORE") == "python":
        return []
    paths = sorted(path.with_suffix("") for path in PACKAGE.rglob("*.pxd"))
    modules = [Extension(".".join(path.parts), [f"{path.as_posix()}.py"], extra_compile_args=["-g0"]) for path in paths]
    directives = {"language_level": 3, "annotation_typing": False}
    return cythonize(modules, build_dir="build/core", compiler_directives=directives, quiet=True)


setup(
    packages=[*find_packages(include=["hms_esr*", "hms_edu*", "hms_esr_client*", "esr*"]), *SHIPPED],
    package_dir={"": ".", **SHIPPED},
    ext_modules=core(),
    cmdclass={"build_ext": Core},
)
