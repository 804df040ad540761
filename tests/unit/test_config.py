"""Settings: where each comes from, and how faults are told."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker import config
from tracker.errors import SettingsError

URL = "postgresql://official:hidden@db.example:5432/bell_lap"


def test_without_anything_the_data_is_the_users_own() -> None:
    """The defaults are the user's data directory and this machine alone."""
    settings = config.read(environment={})
    assert settings == config.Settings(config.default_data(), None, "127.0.0.1", 8300, "info")
    assert settings.data is not None
    assert settings.data.is_absolute()
    assert "bell-lap" in settings.data.name


def test_the_environment_is_read() -> None:
    """Every setting has a variable."""
    environment = {
        "BELL_LAP_DATABASE": URL,
        "BELL_LAP_HOST": "0.0.0.0",
        "BELL_LAP_PORT": "0",
        "BELL_LAP_LOG_LEVEL": "WARNING",
    }
    expected = config.Settings(None, URL, "0.0.0.0", 0, "warning")
    assert config.read(environment=environment) == expected


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a mapping, the process's own environment counts."""
    monkeypatch.setenv("BELL_LAP_PORT", "8311")
    assert config.read().port == 8311


def test_what_was_typed_wins(tmp_path: Path) -> None:
    """An argument wins over its variable, and a store that was typed over both of theirs."""
    environment = {"BELL_LAP_DATABASE": URL, "BELL_LAP_PORT": "1", "BELL_LAP_HOST": "b"}
    settings = config.read(data=tmp_path, port=2, host="a", environment=environment)
    assert settings == config.Settings(tmp_path, None, "a", 2)


def test_an_empty_variable_is_unset() -> None:
    """`BELL_LAP_DATABASE=` means no external database."""
    settings = config.read(environment={"BELL_LAP_DATABASE": "", "BELL_LAP_PORT": ""})
    assert settings.database is None
    assert settings.port == config.DEFAULT_PORT


def test_a_data_directory_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A relative directory, or one below the home, holds wherever the process goes next."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert config.read(data="races", environment={}).data == tmp_path / "races"
    assert config.read(data="~/races", environment={}).data == tmp_path / "home" / "races"


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"BELL_LAP_PORT": "65536"}, "port"),
        ({"BELL_LAP_PORT": "-1"}, "port"),
        ({"BELL_LAP_PORT": "8_3"}, "port"),
        ({"BELL_LAP_PORT": "८३"}, "port"),
        ({"BELL_LAP_HOST": "a b"}, "host"),
        ({"BELL_LAP_HOST": "256.0.0.1"}, "host"),
        ({"BELL_LAP_HOST": "-a"}, "host"),
        ({"BELL_LAP_HOST": ".".join(["a" * 60] * 5)}, "host"),
        ({"BELL_LAP_LOG_LEVEL": "loud"}, "debug, info, warning, error"),
        ({"BELL_LAP_DATABASE": "mysql://db/x"}, "postgresql://"),
        ({"BELL_LAP_DATABASE": "db/x"}, "postgresql://"),
        ({"BELL_LAP_DATABASE": "postgresql://[db/x"}, "postgresql://"),
        ({"BELL_LAP_DATABASE": URL, "BELL_LAP_DATA": "d"}, "choose one"),
    ],
)
def test_a_fault_is_told(environment: dict[str, str], word: str) -> None:
    """A setting that cannot be used is named, with what would be right."""
    with pytest.raises(SettingsError, match=word) as caught:
        config.read(environment=environment)
    assert caught.value.message.count(";") == 0
    assert "hidden" not in caught.value.message


@pytest.mark.parametrize(
    "host", ["localhost", "rink.example.", "10.0.0.7", "::1", "0.0.0.0", "a-1"]
)
def test_names_and_addresses_are_hosts(host: str) -> None:
    """A host is a name, an IPv4 or an IPv6 address."""
    assert config.read(host=host, environment={}).host == host


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Nobody mends one setting to learn of the next."""
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(SettingsError) as caught:
        config.read(data=file, port="x", host="", log_level="y", environment={"BELL_LAP_HOST": "?"})
    for word in ("is a file", "port", "host", "log level"):
        assert word in caught.value.message


def test_two_stores_are_a_mistake(tmp_path: Path) -> None:
    """`--data` and `--database` exclude each other."""
    with pytest.raises(SettingsError, match="choose one"):
        config.read(data=tmp_path, database=URL, environment={})


def test_an_empty_directory_is_a_mistake() -> None:
    """`--data ""` is a script's unset variable, not the current directory."""
    with pytest.raises(SettingsError, match="empty"):
        config.read(data="", environment={})


@given(st.integers(min_value=0, max_value=65_535))
def test_every_port_is_taken_as_number_or_text(port: int) -> None:
    """A port means the same from the command line and from the environment."""
    typed = config.read(port=port, environment={})
    assert typed.port == port
    assert config.read(environment={"BELL_LAP_PORT": str(port)}) == typed


def test_the_signing_key_lies_with_the_data(tmp_path: Path) -> None:
    """A data directory has its own key, an external database only the one that is named."""
    assert config.read(data=tmp_path, environment={}).key_file == tmp_path / "signing.key"
    assert config.read(database=URL, environment={}).key_file is None
    named = {"BELL_LAP_SIGNING_KEY": "/etc/bell-lap/key.pem"}
    for settings in (
        config.read(data=tmp_path, environment=named),
        config.read(database=URL, environment=named),
    ):
        assert settings.key_file == Path("/etc/bell-lap/key.pem")


def test_the_patience_for_a_head_is_set_in_bounds() -> None:
    """Seconds are read; what is no number, or no patience at all, is a fault."""
    found = config.read(environment={"BELL_LAP_HEAD_WITHIN_S": "2.5"})
    assert found.head_within_s == 2.5
    assert config.read(environment={}).head_within_s == config.HEAD_WITHIN_S
    for wrong in ("0", "soon", "1e9", "-3"):
        with pytest.raises(SettingsError, match="BELL_LAP_HEAD_WITHIN_S"):
            config.read(environment={"BELL_LAP_HEAD_WITHIN_S": wrong})
