"""Does the environment say what it seems to say, and does the key stay unseen?"""

from pathlib import Path

import pytest

from ipywanx.errors import NotConfigured
from ipywanx.settings import SERVICE_URL, Settings, saves_requests

KEY = "sk-0123456789"


def settings(**environ: str) -> Settings:
    """What an environment asks for."""
    names = {"key": "DASHSCOPE_API_KEY", "url": "DASHSCOPE_HTTP_BASE_URL"}
    names |= {"offline": "IPYWANX_OFFLINE", "home": "IPYWANX_HOME"}
    names |= {"workspace": "DASHSCOPE_WORKSPACE_ID", "keep": "IPYWANX_KEEP_MB"}
    return Settings.from_environment({names[name]: value for name, value in environ.items()})


@pytest.mark.parametrize(
    ("environ", "offline"),
    [
        ({}, True),
        ({"key": ""}, True),
        ({"key": "  "}, True),
        ({"key": KEY}, False),
        ({"key": f" {KEY}\n"}, False),
        *(({"key": KEY, "offline": word}, True) for word in ("1", "true", "YES", " on ")),
        *(({"key": KEY, "offline": word}, False) for word in ("0", "false", "no", "Off", "")),
        ({"offline": "1"}, True),
        ({"key": "café", "offline": "1"}, True),
    ],
    ids=str,
)
def test_a_key_means_the_service_unless_told_otherwise(environ, offline):
    """No key: offline. A key: the service. ``IPYWANX_OFFLINE`` has the last word."""
    made = settings(**environ)
    assert made.offline is offline
    assert (None if offline else KEY) == (made.api_key and made.api_key.get_secret_value())


@pytest.mark.parametrize("word", ["2", "maybe", "offline", "-1"])
def test_an_unclear_word_is_not_guessed(word):
    """Whether work costs money is not guessed: an unknown word is refused with the two known."""
    with pytest.raises(NotConfigured, match=f"'{word}'; 1 forces the offline engine, 0"):
        settings(key=KEY, offline=word)


@pytest.mark.parametrize("word", ["0", "no"])
def test_the_service_needs_a_key(word):
    """Forcing the service without a key says which variable to set, and where."""
    with pytest.raises(NotConfigured, match=r"DASHSCOPE_API_KEY is not set.*starts Jupyter"):
        settings(offline=word)


@pytest.mark.parametrize("key", ["sk-é", "sk-“x”", "sk 1", "sk-\x00", "sk-1\nsk-2", "密钥"])
def test_a_damaged_key_is_refused_unseen(key):
    """A key with letters that none has is refused, without printing it."""
    with pytest.raises(NotConfigured, match="Copy the key again") as caught:
        settings(key=key)
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("", SERVICE_URL),
        ("https://example.com/api/v1", "https://example.com/api/v1"),
        ("https://example.com/api/v1/", "https://example.com/api/v1"),
        ("HTTPS://example.com", "HTTPS://example.com"),
        ("http://127.0.0.1:8787/api/v1", "http://127.0.0.1:8787/api/v1"),
        ("http://localhost:1", "http://localhost:1"),
        ("http://[::1]:1/", "http://[::1]:1"),
    ],
)
def test_another_address_can_be_set(url, base):
    """As in the official SDK; without encryption for this machine only."""
    assert settings(key=KEY, url=url).base_url == base


@pytest.mark.parametrize(
    "url",
    [
        "http://dashscope.aliyuncs.com/api/v1",
        "http://127.0.0.1.evil.example/",
        "http://localhost@evil.example/",
        "http://0.0.0.0/",
        "ftp://127.0.0.1/",
        "dashscope.aliyuncs.com",
        "https://",
        "https://[bad",
        "https://example.com:99999",
        "file:///etc/passwd",
    ],
)
def test_the_key_never_travels_in_the_clear(url):
    """An address without encryption, or half an address, is refused with what was given."""
    with pytest.raises(NotConfigured, match="https://") as caught:
        settings(key=KEY, url=url)
    assert repr(url) in str(caught.value)
    assert "Nothing was sent." in str(caught.value)


def test_pictures_have_a_home(tmp_path, monkeypatch):
    """The named folder, with ``~``, or the platform's own; a home that nobody has is refused."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert settings(home="~/wanx").home == tmp_path / "wanx"
    assert settings(home="/srv/wanx").home == Path("/srv/wanx")
    assert settings().home.name == "ipywanx"
    assert settings().home.is_absolute()
    with pytest.raises(NotConfigured, match="'~nobodyhere/x'"):
        settings(home="~nobodyhere/x")


def test_a_workspace_can_be_named():
    """A workspace is taken as it is, blank is none, and what no header carries is refused."""
    assert settings(workspace="ws-1").workspace == "ws-1"
    assert settings(workspace=" ").workspace is None
    with pytest.raises(NotConfigured, match="DASHSCOPE_WORKSPACE_ID is '工作'"):
        settings(workspace="工作")


@pytest.mark.parametrize(("word", "megabytes"), [("", 4096), (" 0 ", 0), ("100", 100)])
def test_what_is_kept_can_be_bounded(word, megabytes):
    """Whole megabytes, 0 for no bound, 4096 where nothing is said."""
    assert settings(keep=word).keep_mb == megabytes


@pytest.mark.parametrize("word", ["-1", "1.5", "4 GB", "ten", "1e3", "9" * 30, "²"])
def test_an_unclear_bound_is_refused(word):
    """What is to be removed is not guessed."""
    with pytest.raises(NotConfigured, match="whole number of megabytes, 0 for no bound") as caught:
        settings(keep=word)
    assert repr(word) in str(caught.value)


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("", True),
        ("1", True),
        ("yes", True),
        *((word, False) for word in ("0", "no", "False", "OFF")),
    ],
)
def test_saved_files_hold_their_request_unless_told_otherwise(monkeypatch, word, wanted):
    """Requests are saved inside PNG files until somebody says no."""
    monkeypatch.setenv("IPYWANX_METADATA", word)
    assert saves_requests() is wanted


def test_an_unclear_word_on_metadata_is_refused():
    """A prompt may be private: an odd word is not guessed, and is told at once."""
    with pytest.raises(NotConfigured, match="IPYWANX_METADATA is 'nope'"):
        Settings.from_environment({"IPYWANX_METADATA": "nope"})


def test_the_environment_is_read_when_asked(monkeypatch):
    """Without an argument the process's own environment counts, as it is now."""
    monkeypatch.setenv("DASHSCOPE_API_KEY", KEY)
    assert not Settings.from_environment().offline
    monkeypatch.setenv("IPYWANX_OFFLINE", "1")
    assert Settings.from_environment().offline


def test_the_key_is_not_shown():
    """Printed, formatted or in an error, settings keep the key to themselves; equal is equal."""
    made = settings(key=KEY, workspace="ws-1")
    for text in (repr(made), str(made), f"{made}", f"{made.api_key}", repr(vars_of(made))):
        assert KEY not in text
    assert "ws-1" in repr(made)
    assert made == settings(key=KEY, workspace="ws-1") != settings(key=KEY + "0", workspace="ws-1")


def vars_of(made: Settings) -> dict[str, object]:
    """The fields by name."""
    return {name: getattr(made, name) for name in ("api_key", "base_url", "home", "workspace")}
