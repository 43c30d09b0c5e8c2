"""Can anyone wait for the background loop, from anywhere, and be interrupted?"""

import asyncio
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ipywanx.service.portal import Portal


async def where() -> tuple[str, int]:
    """The thread and the loop that this runs on."""
    await asyncio.sleep(0)
    return threading.current_thread().name, id(asyncio.get_running_loop())


def test_a_plain_call_waits_for_the_answer():
    """Outside any loop the answer, or the error, simply comes back."""

    async def fail() -> None:
        raise LookupError("gone")

    portal = Portal()
    thread, _ = portal.call(where())
    assert thread == "ipywanx-io"
    with pytest.raises(LookupError, match="gone"):
        portal.call(fail())


def test_a_running_loop_is_neither_patched_nor_stopped():
    """Inside a notebook's loop a call works as well, and awaiting it leaves that loop free."""
    portal = Portal()

    async def cell() -> tuple[tuple[str, int], int, int]:
        ticks, stop = 0, asyncio.Event()

        async def tick() -> None:
            nonlocal ticks
            while not stop.is_set():
                ticks += 1
                await asyncio.sleep(0)

        heart = asyncio.create_task(tick())
        blocking = portal.call(where())
        assert await portal.wait(where()) == blocking
        beaten = ticks
        stop.set()
        await heart
        return blocking, id(asyncio.get_running_loop()), beaten

    (thread, loop), mine, beaten = asyncio.run(cell())
    assert thread == "ipywanx-io"
    assert loop != mine
    assert beaten > 0


def test_two_threads_share_one_loop():
    """Calls from several threads at once run side by side on the same loop."""
    portal = Portal()
    both = asyncio.Barrier(2)

    async def meet() -> tuple[str, int]:
        await asyncio.wait_for(both.wait(), 10)  # returns only if both are under way
        return await where()

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(lambda _: portal.call(meet()), range(2))
    assert one == other


def test_a_call_that_takes_too_long_is_cancelled():
    """After the timeout the work does not go on unseen."""
    portal, cancelled = Portal(), threading.Event()

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    with pytest.raises(TimeoutError):
        portal.call(forever(), timeout=0.05)
    assert cancelled.wait(10)


def test_cancelling_a_waiter_cancels_the_work():
    """A cell that is cancelled while it awaits ends the work with it."""
    portal, started, cancelled = Portal(), threading.Event(), threading.Event()

    async def forever() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async def cell() -> None:
        waiting = asyncio.create_task(portal.wait(forever()))
        while not started.is_set():
            await asyncio.sleep(0.001)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(cell())
    assert cancelled.wait(10)


def run_script(text: str) -> str:
    """What a script prints, run by a Python of its own."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(text)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_stop_ends_the_wait_and_the_work():
    """Ctrl-C (a notebook's Stop) while a call is waited for interrupts it and cancels the work."""
    out = run_script(
        """
        import asyncio, os, signal, sys, threading, time
        from ipywanx.service.portal import Portal

        # whoever started the tests in the background made their children deaf to Ctrl-C
        signal.signal(signal.SIGINT, signal.default_int_handler)
        main, ended = threading.main_thread().ident, threading.Event()

        def waits():
            frame = sys._current_frames()[main]
            while frame is not None:
                if frame.f_code is threading.Condition.wait.__code__:
                    return True
                frame = frame.f_back

        async def forever():
            while not waits():
                await asyncio.sleep(0.001)
            os.kill(os.getpid(), signal.SIGINT)
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                ended.set()
                raise

        try:
            Portal().call(forever())
        except KeyboardInterrupt:
            print("interrupted", ended.wait(10))
        """
    )
    assert out == "interrupted True"


def test_a_forked_child_has_a_loop_of_its_own():
    """A process that forks after a first call can call again in parent and child."""
    out = run_script(
        """
        import os
        from ipywanx.service.portal import Portal

        async def answer():
            return os.getpid()

        portal = Portal()
        assert portal.call(answer()) == os.getpid()
        child = os.fork()
        if child == 0:
            os._exit(0 if portal.call(answer(), timeout=10) == os.getpid() else 1)
        assert portal.call(answer()) == os.getpid()
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        """
    )
    assert out == "0"
