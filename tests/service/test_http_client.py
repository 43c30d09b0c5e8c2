"""Is a proxy that cannot be used told in our words?"""

import pytest

import ipywanx as wx
from ipywanx.errors import NotConfigured


@pytest.mark.parametrize("proxy", ["socks5://u:secret@127.0.0.1:7890", "socks://127.0.0.1:7890"])
@pytest.mark.parametrize("name", ["ALL_PROXY", "all_proxy"])
def test_a_proxy_of_an_unknown_kind_is_told(monkeypatch, name, proxy):
    """The variable is named, its password is not, and there is something to be done."""
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-x")
    monkeypatch.setenv(name, proxy)
    with pytest.raises(NotConfigured) as caught:
        wx.Session()
    assert name in str(caught.value)
    assert "httpx[socks]" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
