"""Who calls, and may they call again already?"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading

from ipywanx.engine.options import Clock
from ipywanx.wire import Refusal

POLICY_RPS = 100.0
"""Upload policies a second for one account (vendor: upload of local files)."""


class Accounts:
    """The key check and one token bucket for each account and sort of call.

    A key is an account here: what was made with it is seen with it only. An account's name is a
    hash of the key that means nothing outside this process.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        key: str | None,
        create_rps: float | None,
        query_rps: float | None,
    ) -> None:
        self._clock = clock
        self._key = key
        self._rates = {
            "create": create_rps,
            "query": query_rps,
            "list": query_rps,
            "cancel": query_rps,
            "policy": POLICY_RPS if query_rps else None,
        }
        self._salt = secrets.token_bytes(16)
        self._lock = threading.Lock()
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}

    def admit(self, authorization: str | None, call: str) -> str:
        """The account of a caller who may make this call now.

        Raises:
            Refusal: No key, another key, or too many calls.
        """
        scheme, _, key = (authorization or "").partition(" ")
        key = key.strip()
        if scheme.lower() != "bearer" or not key:
            raise Refusal("InvalidApiKey", "No API-key provided.")
        if self._key is not None and not hmac.compare_digest(key.encode(), self._key.encode()):
            raise Refusal("InvalidApiKey")
        account = hmac.new(self._salt, key.encode(), hashlib.sha256).hexdigest()[:16]
        rate = self._rates[call]
        if rate and not self._take(account, call, rate):
            raise Refusal("Throttling.RateQuota")
        return account

    def _take(self, account: str, call: str, rate: float) -> bool:
        """One token of a bucket that holds a second's worth and refills evenly."""
        now, size = self._clock.now(), max(1.0, rate)
        with self._lock:
            tokens, then = self._buckets.get((account, call), (size, now))
            tokens = min(size, tokens + (now - then) * rate)
            allowed = tokens >= 1
            self._buckets[account, call] = (tokens - allowed, now)
        return allowed
