"""Where do files live, and for how long?

Uploads, results and inline pictures lie in one temporary directory that ends with the process.
The form post and the signed addresses behave as the vendor's object storage (OSS) does.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import secrets
import tempfile
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

from ipywanx.engine.options import Clock
from ipywanx.model.tasks import UploadPolicy
from ipywanx.wire import SERVICE_ZONE

DAY = 86_400.0
UPLOAD_LIFE = 2 * DAY
"""An uploaded file is kept for 48 hours (vendor: upload of local files)."""
RESULT_LIFE = DAY
POLICY_LIFE = 300.0
MAX_UPLOAD = 100 * 2**20
MAX_STORED = 2 * 2**30
"""Bytes kept in all; beyond it the oldest files go early, so that a disk cannot fill up."""
UPLOAD_PATH, RESULT_PATH = "/oss", "/results/"
_ACCESS_KEY = "LTAIoffline"


class OssRefusal(Exception):
    """An error as the object storage says it: a status and a small XML."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status = status
        self.code = code
        self.message = message
        super().__init__(f"{code}: {message}")


class _File(NamedTuple):
    place: Path | bytes
    size: int
    expires: float


class FileStore:
    """Named bytes with an end of life, in a temporary directory made when first needed.

    Where the disk is full they stay in memory: a preview should not fail for it.
    """

    def __init__(self, clock: Clock, *, capacity: int = MAX_STORED) -> None:
        self._clock = clock
        self._capacity = capacity
        self._lock = threading.Lock()
        self._directory: tempfile.TemporaryDirectory[str] | None = None
        self._files: dict[str, _File] = {}
        self._count = 0

    def put(self, name: str, data: bytes, life: float) -> None:
        """Keep ``data`` under ``name`` for ``life`` seconds."""
        try:
            place: Path | bytes = self._written(data)
        except OSError:
            place = data
        with self._lock:
            self._remove(name)
            self._files[name] = _File(place, len(data), self._clock.now() + life)
            self._make_room(keep=name)

    def _written(self, data: bytes) -> Path:
        with self._lock:
            if self._directory is None:
                self._directory = tempfile.TemporaryDirectory(
                    prefix="ipywanx-engine-", ignore_cleanup_errors=True
                )
            self._count += 1
            path = Path(self._directory.name, str(self._count))
        try:
            path.write_bytes(data)  # outside the lock: others read meanwhile
        except OSError:
            path.unlink(missing_ok=True)
            raise
        return path

    def has(self, name: str) -> bool:
        """Whether there are bytes under this name, still."""
        with self._lock:
            file = self._files.get(name)
            return file is not None and file.expires > self._clock.now()

    def get(self, name: str) -> bytes | None:
        """The bytes, or None where there are none (any more)."""
        if not self.has(name):
            return None
        try:
            place = self._files[name].place
            return place if isinstance(place, bytes) else place.read_bytes()
        except (KeyError, OSError):  # it ended between the two lines
            return None

    def drop(self, name: str) -> None:
        """Forget the bytes, if they are there."""
        with self._lock:
            self._remove(name)

    def close(self) -> None:
        """Delete everything."""
        with self._lock:
            self._files.clear()
            if self._directory is not None:
                self._directory.cleanup()
                self._directory = None

    def _make_room(self, *, keep: str) -> None:
        now = self._clock.now()
        for name in [name for name, file in self._files.items() if file.expires <= now]:
            self._remove(name)
        total = sum(file.size for file in self._files.values())
        for name in [name for name in self._files if name != keep]:
            if total <= self._capacity:
                break
            total -= self._remove(name)

    def _remove(self, name: str) -> int:
        file = self._files.pop(name, None)
        if file is None:
            return 0
        if isinstance(file.place, Path):
            with contextlib.suppress(OSError):
                file.place.unlink()
        return file.size


class Uploads:
    """Leave to upload, the form post, and the ``oss://`` keys that come of it."""

    def __init__(self, store: FileStore, clock: Clock, root: str) -> None:
        self._store = store
        self._clock = clock
        self._host = root + UPLOAD_PATH
        self._secret = secrets.token_bytes(32)
        self._owners: dict[str, tuple[str, str, float]] = {}

    def policy(self, account: str, model: str) -> UploadPolicy:
        """Leave for one account to upload files for one model."""
        now = self._clock.now()
        day = datetime.fromtimestamp(now, SERVICE_ZONE).strftime("%Y-%m-%d")
        directory = f"dashscope-instant/{account}/{day}/{secrets.token_hex(16)}"
        self._owners = {name: owner for name, owner in self._owners.items() if owner[2] > now} | {
            directory: (account, model, now + UPLOAD_LIFE + POLICY_LIFE)
        }
        expires = datetime.fromtimestamp(now + POLICY_LIFE, UTC).isoformat()
        conditions = [
            ["content-length-range", 0, MAX_UPLOAD],
            ["starts-with", "$key", f"{directory}/"],
            {"x-oss-object-acl": "private"},
            {"x-oss-forbid-overwrite": "true"},
        ]
        text = json.dumps({"expiration": expires, "conditions": conditions})
        policy = base64.b64encode(text.encode()).decode()
        return UploadPolicy(
            host=self._host,
            directory=directory,
            fields=(
                ("OSSAccessKeyId", _ACCESS_KEY),
                ("Signature", _sign(self._secret, policy)),
                ("policy", policy),
                ("x-oss-object-acl", "private"),
                ("x-oss-forbid-overwrite", "true"),
                ("success_action_status", "200"),
            ),
            seconds=POLICY_LIFE,
            max_bytes=MAX_UPLOAD,
        )

    def accept(self, fields: Mapping[str, str], data: bytes) -> None:
        """Keep a posted file.

        Raises:
            OssRefusal: Another signature, too late, another directory, too large, or again.
        """
        policy, key = fields.get("policy", ""), fields.get("key", "")
        signature = _sign(self._secret, policy)
        if fields.get("OSSAccessKeyId") != _ACCESS_KEY:
            raise OssRefusal(
                403, "InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist."
            )
        if not hmac.compare_digest(fields.get("Signature", "").encode(), signature.encode()):
            raise OssRefusal(
                403,
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided.",
            )
        said = json.loads(base64.b64decode(policy))
        if datetime.fromisoformat(said["expiration"]).timestamp() < self._clock.now():
            raise OssRefusal(403, "AccessDenied", "Invalid according to Policy: Policy expired.")
        prefix = said["conditions"][1][2]
        if not key.startswith(prefix) or key == prefix:
            raise OssRefusal(
                403, "AccessDenied", "Invalid according to Policy: Policy Condition failed: key"
            )
        if len(data) > MAX_UPLOAD:
            raise OssRefusal(
                400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size."
            )
        if fields.get("x-oss-forbid-overwrite") == "true" and self._store.has(key):
            raise OssRefusal(
                409,
                "FileAlreadyExists",
                "The object you specified already exists and can not be overwritten.",
            )
        self._store.put(key, data, UPLOAD_LIFE)

    def read(self, key: str) -> bytes | None:
        """The file of an ``oss://`` key."""
        return self._store.get(key)

    def belongs(self, key: str, account: str, model: str) -> bool:
        """Whether a key exists, was uploaded by this account, and for this model."""
        owner = self._owners.get(key.rpartition("/")[0])
        return owner is not None and owner[:2] == (account, model) and self._store.has(key)


class Results:
    """Finished pictures behind signed addresses that die after 24 hours."""

    def __init__(self, store: FileStore, clock: Clock, root: str) -> None:
        self._store = store
        self._clock = clock
        self._root = root
        self._secret = secrets.token_bytes(32)

    def publish(self, name: str, data: bytes, ended: float) -> str:
        """The address where ``data`` can be fetched for 24 hours."""
        day = datetime.fromtimestamp(ended, SERVICE_ZONE).strftime("%Y%m%d")
        path = f"{RESULT_PATH}1d/{day}/{hashlib.sha256(data).hexdigest()[:8]}/{name}.png"
        self._store.put(path, data, RESULT_LIFE)
        expires = str(int(ended + RESULT_LIFE))
        signature = quote(_sign(self._secret, f"{path}\n{expires}"), safe="")
        return (
            f"{self._root}{path}?Expires={expires}&OSSAccessKeyId={_ACCESS_KEY}"
            f"&Signature={signature}"
        )

    def owns(self, url: str) -> bool:
        """Whether an address is one of ours."""
        return url.startswith(self._root + RESULT_PATH)

    def read(self, target: str) -> bytes:
        """The picture at an address or its path with query.

        Raises:
            OssRefusal: Another signature, too late, or gone.
        """
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        expires, given = query.get("Expires", ""), query.get("Signature", "")
        signature = _sign(self._secret, f"{parts.path}\n{expires}")
        if not hmac.compare_digest(given.encode(), signature.encode()):
            raise OssRefusal(
                403,
                "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided.",
            )
        if float(expires) <= self._clock.now():
            raise OssRefusal(403, "AccessDenied", "Request has expired.")
        data = self._store.get(parts.path)
        if data is None:
            raise OssRefusal(404, "NoSuchKey", "The specified key does not exist.")
        return data


def _sign(secret: bytes, text: str) -> str:
    """OSS signs with HMAC-SHA1 in Base64."""
    return base64.b64encode(hmac.new(secret, text.encode(), hashlib.sha1).digest()).decode()
