"""Is the key found where it should be, and told to nobody?"""

import os
import stat
import sys
import traceback
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.error import UsageError
from pydantic import SecretStr

from ipywanx import keys
from ipywanx.errors import NotConfigured, WanxError
from ipywanx.settings import Settings

KEY = "sk-0123456789abcdef"


class Keyring:
    """A keyring in memory; ``trouble`` is what it raises in the place of an answer."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.entries: dict[tuple[str, str], str] = {}
        self.trouble = trouble
        self.asked = 0

    def get_password(self, service: str, user: str) -> str | None:
        """Look an entry up."""
        self.asked += 1
        self.complain()
        return self.entries.get((service, user))

    def set_password(self, service: str, user: str, password: str) -> None:
        """Keep an entry."""
        self.complain(password)
        self.entries[service, user] = password

    def delete_password(self, service: str, user: str) -> None:
        """Drop an entry."""
        self.complain()
        del self.entries[service, user]

    def complain(self, about: str = "") -> None:
        """Raise the trouble, with all that it knows in its words."""
        if self.trouble is not None:
            raise type(self.trouble)(f"{self.trouble} {about}")


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> Keyring:
    """The system keyring, empty."""
    made = Keyring()
    monkeypatch.setitem(sys.modules, "keyring", made)
    return made


def found(**environ: str) -> tuple[str, str] | None:
    """The key and its source in an environment."""
    key = keys.find(environ)
    return key and (key.secret.get_secret_value(), str(key.source))


def write(path: Path, content: bytes | str = KEY) -> Path:
    """Make a file, and its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def sdk_file() -> Path:
    """Where the official SDK saves a key."""
    return Path(keys.SDK_FILE).expanduser()


def test_the_first_place_that_has_a_key_counts(tmp_path, keyring):
    """Variable, named file, the SDK's file, keyring: each goes before the next."""
    keyring.entries["ipywanx", "DASHSCOPE_API_KEY"] = "sk-keyring"
    write(sdk_file(), "sk-sdk\n")
    named = write(tmp_path / "key", " sk-named ")
    both = {"DASHSCOPE_API_KEY": KEY, "DASHSCOPE_API_KEY_FILE_PATH": str(named)}
    assert found(**both) == (KEY, "DASHSCOPE_API_KEY")
    both["DASHSCOPE_API_KEY"] = "  "
    assert found(**both) == ("sk-named", f"the file {named}")
    assert found() == ("sk-sdk", "the file ~/.dashscope/api_key")
    assert keyring.asked == 0
    sdk_file().unlink()
    assert found() == ("sk-keyring", "the system keyring")
    assert keyring.asked == 1
    assert found() == ("sk-keyring", "the system keyring")
    assert keyring.asked == 1  # it is asked once in a process: it can be slow


def test_without_any_key_there_is_none(keyring):
    """No variable, no file, an empty keyring or none at all: offline."""
    assert found() is None
    assert Settings.from_environment().offline


def test_the_official_sdk_reads_the_same_files(tmp_path, monkeypatch):
    """What the official SDK saves is found here, in its default place and in a named one."""
    from dashscope.common.api_key import save_api_key

    named = tmp_path / "folder" / "key"
    save_api_key("sk-named", str(named))
    assert found(DASHSCOPE_API_KEY_FILE_PATH=str(named))[0] == "sk-named"
    monkeypatch.setattr("dashscope.common.api_key.DEFAULT_DASHSCOPE_CACHE_PATH", sdk_file().parent)
    monkeypatch.setattr("dashscope.common.api_key.DEFAULT_DASHSCOPE_API_KEY_FILE_PATH", sdk_file())
    save_api_key("sk-default")
    assert found()[0] == "sk-default"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "No such file"),
        ("folder", "not a file"),
        (b"x" * 4097, "more than 4096 bytes"),
        (b"sk-canary-1 sk-canary-2", "no key has"),
        (b"sk-canary-1\nsk-canary-2", "no key has"),
        ("密钥-canary".encode(), "no key has"),
        (b"sk-canary\xff", "no key has"),
        (b"\x89PNG\r\n\x1a\n\0canary", "no key has"),
    ],
    ids=str,
)
def test_a_file_that_cannot_be_used_is_named(tmp_path, content, says):
    """The refusal names the file and the reason, what to do, and nothing of what is in it."""
    path = tmp_path / "key"
    if content == "folder":
        path.mkdir()
    elif content is not None:
        write(path, content)
    with pytest.raises(NotConfigured, match=says) as caught:
        found(DASHSCOPE_API_KEY_FILE_PATH=str(path))
    assert str(path) in str(caught.value)
    assert "Nothing was sent." in str(caught.value)
    assert "canary" not in "".join(traceback.format_exception(caught.value))


def test_a_pipe_is_no_key_file(tmp_path):
    """A named pipe is refused and not waited for."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotConfigured, match="not a file"):
        found(DASHSCOPE_API_KEY_FILE_PATH=str(tmp_path / "pipe"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_named(tmp_path):
    """A file that may not be read is an error, not a silent step to the next place."""
    path = write(tmp_path / "key")
    path.chmod(stat.S_IWUSR)
    with pytest.raises(NotConfigured, match="Permission denied"):
        found(DASHSCOPE_API_KEY_FILE_PATH=str(path))


@pytest.mark.parametrize("name", ["~nobodyhere/key", "a\0b", "x" * 5000])
def test_a_name_that_is_no_file_name_is_refused(name):
    """Also where no such file can be."""
    with pytest.raises(NotConfigured, match="cannot be read"):
        found(DASHSCOPE_API_KEY_FILE_PATH=name)


@pytest.mark.parametrize("content", [KEY, f"{KEY}\n", f"  {KEY}\r\n\n", f"\ufeff{KEY}"])
def test_what_editors_add_to_a_file_is_no_part_of_the_key(tmp_path, content):
    """Blanks, line ends and a byte order mark around the key do not matter."""
    assert found(DASHSCOPE_API_KEY_FILE_PATH=str(write(tmp_path / "key", content)))[0] == KEY


def test_an_empty_file_holds_no_key(tmp_path):
    """Nothing in a file is no key, and no error: the next place is not asked either."""
    write(sdk_file(), "\n")
    assert found() is None
    assert found(DASHSCOPE_API_KEY_FILE_PATH=str(write(tmp_path / "key", ""))) is None


def test_offline_looks_for_no_key(tmp_path, keyring):
    """``IPYWANX_OFFLINE=1`` has the last word: no file is read and no keyring is asked."""
    environ = {"DASHSCOPE_API_KEY_FILE_PATH": str(tmp_path / "nowhere"), "IPYWANX_OFFLINE": "1"}
    assert Settings.from_environment(environ).offline
    held = keys.Key(SecretStr(KEY), "%wanx config key")
    assert Settings.from_environment(environ, held).offline
    assert keyring.asked == 0


def test_the_source_is_told_and_the_key_is_not(tmp_path):
    """Settings know where the key came from; no repr shows it."""
    path = write(tmp_path / "key")
    made = Settings.from_environment({"DASHSCOPE_API_KEY_FILE_PATH": str(path)})
    assert str(made.key_source) == f"the file {path}"
    assert made.api_key.get_secret_value() == KEY
    assert KEY not in repr(made) + repr(keys.find({"DASHSCOPE_API_KEY": KEY}))


def formatted(mode: str) -> str:
    """What IPython prints where the settings are refused."""
    from IPython.core.ultratb import AutoFormattedTB

    try:
        Settings.from_environment()
    except NotConfigured:
        return AutoFormattedTB(mode=mode).text(*sys.exc_info())
    raise AssertionError


@pytest.mark.parametrize("key", ["sk-é-canary", "sk canary", "sk-\x01-canary"])
@pytest.mark.parametrize("mode", ["Verbose", "Context"])
def test_no_traceback_prints_a_damaged_key(key, mode, monkeypatch):
    """A traceback with all variables, as ``%xmode Verbose`` prints it, shows no key either."""
    monkeypatch.setenv("DASHSCOPE_API_KEY", key)
    told = formatted(mode)
    assert "no key has" in told
    assert "canary" not in told


# ---- the keyring ----------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", [RuntimeError("locked"), OSError("no bus"), KeyError("x")])
def test_a_keyring_in_trouble_has_no_key(keyring, trouble):
    """A keyring that raises anything at all is passed over: the work goes on offline."""
    keyring.trouble = trouble
    assert found() is None


def test_a_key_is_kept_in_the_keyring_and_taken_out(keyring):
    """Stored, it is found; taken out, it is gone, and taking it out again is no error."""
    assert found() is None
    keys.store(keys.typed(SecretStr(f" {KEY} ")))
    assert keyring.entries == {("ipywanx", "DASHSCOPE_API_KEY"): KEY}
    assert found() == (KEY, "the system keyring")
    keys.unstore()
    keys.unstore()
    assert found() is None
    assert keyring.entries == {}


def test_a_keyring_that_refuses_is_told_without_its_words(keyring):
    """What a keyring raises may quote the key: its kind is told, not its words."""
    keyring.trouble = RuntimeError("cannot store")
    with pytest.raises(NotConfigured, match=r"refused \(RuntimeError\)") as caught:
        keys.store(keys.typed(SecretStr(KEY)))
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_without_the_package_the_way_is_told():
    """Where no keyring is installed, storing says what to install."""
    with pytest.raises(NotConfigured, match="pip install keyring"):
        keys.store(keys.typed(SecretStr(KEY)))


def test_a_damaged_entry_is_refused(keyring):
    """An entry that is no key names the keyring."""
    keyring.entries["ipywanx", "DASHSCOPE_API_KEY"] = "sk canary"
    with pytest.raises(NotConfigured, match="the system keyring") as caught:
        found()
    assert "canary" not in str(caught.value)


@given(st.text())
def test_any_text_is_a_key_none_or_refused_unseen(text):
    """Whatever is typed is a key, nothing, or refused with no word of it."""
    try:
        key = keys.typed(SecretStr(text))
    except NotConfigured as error:
        assert len(text.strip()) < 6 or text.strip() not in str(error)
    else:
        assert (key.secret.get_secret_value() if key else "") == text.strip()


# ---- %wanx config ---------------------------------------------------------------------------


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch):
    """A shell with the extension, a process of its own, and a hand that types."""
    from IPython.core.interactiveshell import InteractiveShell

    from ipywanx import session

    monkeypatch.setattr(session, "_process", session._Process())
    shell = InteractiveShell()
    shell.run_line_magic("load_ext", "ipywanx")
    prompts: list[str] = []

    def types(text: str | Exception) -> None:
        def getpass(prompt: str = "") -> str:
            prompts.append(prompt)
            if isinstance(text, Exception):
                raise text
            return text

        monkeypatch.setattr("getpass.getpass", getpass)

    return SimpleNamespace(shell=shell, types=types, prompts=prompts, session=session)


def test_a_typed_key_is_held_for_this_kernel(kernel, capsys):
    """%wanx config key asks, holds, and says who answers now; --forget goes back."""
    kernel.types(KEY)
    kernel.shell.run_cell("%wanx config key").raise_error()
    assert kernel.prompts == ["DashScope API key (not shown): "]
    told = capsys.readouterr().out
    assert "Answered by: DashScope at https://dashscope.aliyuncs.com" in told
    assert "Key: from %wanx config key (not shown)" in told
    assert kernel.session.current().settings.api_key.get_secret_value() == KEY
    everything = [told, *kernel.shell.user_ns["In"], repr(kernel.shell.user_ns["Out"])]
    assert not [text for text in everything if KEY in text]
    assert KEY not in repr(dict(os.environ))
    kernel.shell.run_cell("%wanx config key --forget").raise_error()
    assert "offline engine" in capsys.readouterr().out
    assert kernel.session.current().settings.offline


def test_a_typed_key_goes_before_the_environments(kernel, monkeypatch):
    """Who types a key means it, until it is forgotten."""
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-environment")
    kernel.types(KEY)
    kernel.shell.run_cell("%wanx config key").raise_error()
    assert kernel.session.current().settings.api_key.get_secret_value() == KEY
    kernel.shell.run_cell("%wanx config key --forget").raise_error()
    assert str(kernel.session.current().settings.key_source) == "DASHSCOPE_API_KEY"


def test_a_typed_key_can_be_kept_in_the_keyring(kernel, keyring):
    """With --keyring another kernel finds it, and --forget --keyring takes it out again."""
    kernel.types(KEY)
    kernel.shell.run_cell("%wanx config key --keyring").raise_error()
    assert keyring.entries == {("ipywanx", "DASHSCOPE_API_KEY"): KEY}
    kernel.shell.run_cell("%wanx config key --forget").raise_error()
    assert str(kernel.session.current().settings.key_source) == "the system keyring"
    kernel.shell.run_cell("%wanx config key --forget --keyring").raise_error()
    assert keyring.entries == {}
    assert kernel.session.current().settings.offline


@pytest.mark.parametrize(
    ("line", "text", "says"),
    [
        ("config key", "sk-é-canary", "no key has"),
        ("config key", EOFError(), "Nobody can be asked"),
        ("config key --keyring", KEY, "pip install keyring"),
        ("config key sk-canary", KEY, "never typed on the line"),
        ("config keys", KEY, "asks for a key"),
    ],
)
def test_what_cannot_be_done_is_one_line(kernel, line, text, says):
    """A damaged key, nobody to ask, no keyring, odd words: one line with the way out, no change."""
    kernel.types(text)
    done = kernel.shell.run_cell(f"%wanx {line}")
    assert isinstance(done.error_in_exec, UsageError | WanxError)
    with pytest.raises(type(done.error_in_exec), match=says):
        done.raise_error()
    assert "canary" not in str(done.error_in_exec)
    assert kernel.session.current().settings.offline


def test_a_blank_line_changes_nothing(kernel, capsys):
    """Enter alone leaves all as it was, and says so."""
    kernel.types("  ")
    kernel.shell.run_cell("%wanx config key").raise_error()
    assert "Nothing was typed" in capsys.readouterr().out
    assert kernel.session.current().settings.offline
