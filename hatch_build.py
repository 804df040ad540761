"""Compile the one module in C where there is a compiler; without it, Python does its work."""

import contextlib
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from setuptools import Distribution, Extension
from setuptools.command.build_ext import build_ext

SOURCE = Path("tracker/live/_write_all.c")


class CompileHook(BuildHookInterface[Any]):
    """Puts the compiled module beside its source."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and tell the wheel which machines it is for."""
        del version
        if self.target_name != "wheel":
            return
        with contextlib.chdir(self.root):
            for old in SOURCE.parent.glob("_write_all*.so"):
                old.unlink()
            made = compiled()
        if made is None:
            self.app.display_warning("no C compiler: frames will be written by Python")
            return
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["pure_python"] = False
        build_data["tag"] = f"cp311-abi3-{platform}"
        build_data["artifacts"].append(str(made))


def compiled() -> Path | None:
    """Return the module compiled for any Python from 3.11 on, None where that is not possible."""
    module = ".".join(SOURCE.with_suffix("").parts)
    extension = Extension(module, [str(SOURCE)], py_limited_api=True, optional=True)
    command = build_ext(Distribution({"name": "bell-lap", "ext_modules": [extension]}))
    command.inplace = True
    with tempfile.TemporaryDirectory() as made:
        command.build_temp = command.build_lib = made
        command.ensure_finalized()
        command.run()
    return next(iter(SOURCE.parent.glob("_write_all*.so")), None)
