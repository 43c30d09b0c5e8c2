"""Are Pillow's warnings kept away, and everybody else's left alone?"""

import threading
import warnings

from ipywanx.model.quiet import plain_pillow


def heard(action: str = "always") -> list[str]:
    """What is heard of a warning now, in this thread."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter(action)
        with plain_pillow():
            warnings.warn("from inside", UserWarning, stacklevel=1)
        warnings.warn("from outside", UserWarning, stacklevel=1)
    return [str(one.message) for one in caught]


def test_only_what_is_said_inside_is_not_heard():
    """Inside nothing is heard or raised, outside everything; also one within another."""
    assert heard() == ["from outside"]
    with plain_pillow(), plain_pillow():
        warnings.warn("deep inside", UserWarning, stacklevel=1)
    assert heard() == ["from outside"]


def test_a_filter_put_later_does_not_get_before_it():
    """Where a person makes all warnings errors, a picture with an odd header is none."""
    lengths = []
    with warnings.catch_warnings():
        for _ in range(3):
            warnings.simplefilter("error")
            with plain_pillow():
                warnings.warn("from inside", UserWarning, stacklevel=1)
            lengths.append(len(warnings.filters))
    assert len(set(lengths)) == 1  # and the list does not grow


def test_threads_that_overlap_leave_everything_as_it_was():
    """While one thread is inside others hear theirs, and afterwards nothing is silenced."""
    before = [one for one in warnings.filters if one[2] is not Warning or one[3] is None]
    enter, leave = threading.Barrier(3), threading.Barrier(3)

    def inside() -> None:
        with plain_pillow():
            enter.wait(20)
            leave.wait(20)

    threads = [threading.Thread(target=inside) for _ in range(2)]
    for thread in threads:
        thread.start()
    enter.wait(20)
    assert heard() == ["from outside"]
    leave.wait(20)
    for thread in threads:
        thread.join()
    assert heard() == ["from outside"]
    assert [one for one in warnings.filters if one[2] is not Warning or one[3] is None] == before
