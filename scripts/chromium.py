"""Find, or with --install first install, a Chromium that the browser tests can drive.

Prints the path of the first one that really starts:

1. the environment variable IPYWANX_CHROMIUM,
2. chromium, chromium-browser, google-chrome, google-chrome-stable or chrome on the PATH,
3. the applications folder of macOS,
4. the browsers that Playwright has downloaded.

Needs nothing but Python, so that it can run before anything is installed.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_APPS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
PLAYWRIGHT_CACHES = ("~/.cache/ms-playwright", "~/Library/Caches/ms-playwright")
PLAYWRIGHT_BINARIES = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
    "chromium_headless_shell-*/chrome-*/*headless*shell",
)

MISSING = """\
No Chromium that starts was found{tried}. One of these helps:
  * Debian, Ubuntu (as root or with sudo):  apt-get update && apt-get install -y chromium
  * anywhere that Playwright can download:  {python} -m playwright install --with-deps chromium
  * a Chromium or Chrome somewhere else:    export IPYWANX_CHROMIUM=/path/to/it"""


class NoChromiumError(Exception):
    """There is no usable Chromium; the message says what to do."""


def run(
    command: list[str], timeout: float | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing to read and both outputs in one text."""
    return subprocess.run(
        command,
        check=False,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=timeout,
    )


def starts(binary: str) -> bool:
    """Whether the binary runs at all: distributions ship stubs that only print advice."""
    try:
        done = run([binary, "--version"], timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and "Chrom" in done.stdout


def candidates() -> Iterator[str]:
    """Yield the places where a Chromium may be, best first."""
    yield from filter(None, map(shutil.which, NAMES))
    yield from filter(os.path.exists, MAC_APPS)
    for folder in (os.environ.get("PLAYWRIGHT_BROWSERS_PATH"), *PLAYWRIGHT_CACHES):
        if folder:
            for pattern in PLAYWRIGHT_BINARIES:
                newest_first = sorted(Path(folder).expanduser().glob(pattern), reverse=True)
                yield from (str(path) for path in newest_first if os.access(path, os.X_OK))


def find() -> str:
    """Return the path of a Chromium that starts, or raise NoChromiumError."""
    wanted = os.environ.get("IPYWANX_CHROMIUM")
    if wanted:
        if (binary := shutil.which(wanted)) and starts(binary):
            return binary
        raise NoChromiumError(
            f"IPYWANX_CHROMIUM is {wanted!r}, but `{wanted} --version` does not run: "
            "set it to a Chromium or Chrome that starts, or unset it."
        )
    tried = []
    for binary in candidates():
        if starts(binary):
            return binary
        tried.append(binary)
    listed = f" ({', '.join(tried)} would not start)" if tried else ""
    raise NoChromiumError(MISSING.format(tried=listed, python=sys.executable))


def privileged() -> list[str] | None:
    """What to put before a command so that it may install packages, or None if nothing does."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and run(["sudo", "-n", "true"]).returncode == 0:
        return ["sudo", "-n", "env"]
    return None


def quietly(command: list[str], **env: str) -> bool:
    """Run a command; print what it said only if it failed."""
    done = run(command, **env)
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-15:])
        print(f"`{' '.join(command)}` failed:\n{tail}", file=sys.stderr)
    return done.returncode == 0


def apt_install(*packages: str) -> bool:
    """Install Debian packages if we may."""
    prefix = privileged()
    if prefix is None:
        return False
    print(f"Installing {', '.join(packages)} ...", file=sys.stderr)
    apt = [*prefix, "DEBIAN_FRONTEND=noninteractive"] if prefix else []
    wait = ["-o", "DPkg::Lock::Timeout=300"]
    return quietly([*apt, "apt-get", *wait, "update"]) and quietly(
        [*apt, "apt-get", *wait, "install", "-y", "--no-install-recommends", *packages],
        DEBIAN_FRONTEND="noninteractive",
    )


def has_chinese_font() -> bool:
    """Whether fontconfig knows a font with Chinese characters; yes where it cannot be asked."""
    if not shutil.which("fc-list"):
        return sys.platform != "linux"
    return bool(run(["fc-list", ":lang=zh-cn"]).stdout.strip())


def install() -> str:
    """Return a Chromium that starts, installing one, and a Chinese font, where they are missing."""
    try:
        binary = find()
    except NoChromiumError:
        if not os.environ.get("IPYWANX_CHROMIUM"):
            apt_install("chromium", "fonts-noto-cjk")
            try:
                return find()
            except NoChromiumError:
                with_deps = [] if privileged() is None else ["--with-deps"]
                playwright = [sys.executable, "-m", "playwright", "install", *with_deps]
                quietly([*playwright, "chromium"])
        return find()
    if not has_chinese_font() and not apt_install("fonts-noto-cjk"):
        print("Note: no Chinese font; screenshots will show boxes.", file=sys.stderr)
    return binary


def main() -> int:
    """Print the path, or say what to do."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--install", action="store_true", help="install one if none is found")
    asked = parser.parse_args()
    try:
        print(install() if asked.install else find())
    except NoChromiumError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
