"""The file of the signing key: made once, whole, and for its operator alone."""

import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from tracker.security import signing


def test_all_who_find_no_key_at_once_come_to_the_same(tmp_path: Path) -> None:
    """The first bundle and the first checkpoint may be asked for together."""
    key, asking = tmp_path / "keys" / "signing.key", 16
    together = Barrier(asking)

    def load(_: int) -> bytes:
        together.wait()
        return signing.load(key).public_key

    with ThreadPoolExecutor(asking) as pool:
        found = list(pool.map(load, range(asking)))
    assert set(found) == {signing.load(key).public_key}
    assert [each.name for each in key.parent.iterdir()] == ["signing.key"], "no part is left"


@pytest.mark.skipif(sys.platform == "win32", reason="rights are another thing there")
def test_only_its_operator_may_read_it(tmp_path: Path) -> None:
    """A new key can be read by nobody else."""
    key = tmp_path / "signing.key"
    signing.load(key)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
