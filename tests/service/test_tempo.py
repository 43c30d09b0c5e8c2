"""Is a task asked about when it is likely to have ended, whatever was seen before?"""

import math
import random
from dataclasses import fields, replace
from statistics import NormalDist, median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import lognorm

from ipywanx.service.tempo import EMBEDDED, SERVICE, Forecast, Tempo

TEMPOS = st.sampled_from([SERVICE, EMBEDDED, SERVICE.faster(60), EMBEDDED.faster(0.1)])
SECONDS = st.floats(-10, 1e6) | st.floats(0.1, 100)
SEEN = st.lists(SECONDS, max_size=60)
ELAPSED = st.floats(0, 1e5) | st.floats(0, 100)


@given(tempo=TEMPOS, seen=SEEN, elapsed=ELAPSED, eager=st.booleans())
def test_a_pause_is_always_sensible(tempo, seen, elapsed, eager):
    """Whatever was learned and however long it runs: no pause is shorter than the soonest.

    Nor is it longer than the first look, the latest, or a fiftieth of the time it has run.
    """
    forecast = Forecast.learned(seen, tempo)
    pause = forecast.pause(elapsed, eager=eager)
    assert math.isfinite(pause)
    assert tempo.soonest <= pause
    shown = pause * (1 - 1e-9)  # the last bit is nobody's
    assert shown <= max(forecast.first_look, tempo.soonest, tempo.latest, elapsed / 50)
    assert shown <= max(forecast.first_look, tempo.soonest, 30 / tempo.clock)


@given(tempo=TEMPOS, seen=SEEN)
def test_the_first_look_is_when_one_in_fifty_has_ended(tempo, seen):
    """Until one task in fifty has ended, nobody asks; then at once."""
    forecast = Forecast.learned(seen, tempo)
    ended = NormalDist(forecast.mean, forecast.spread).cdf(math.log(forecast.first_look))
    assert ended == pytest.approx(0.02)
    assert forecast.pause(0) == max(tempo.soonest, forecast.first_look)
    if forecast.first_look > 2 * tempo.soonest:
        half = forecast.first_look / 2
        assert half + forecast.pause(half) == pytest.approx(forecast.first_look)


@given(seconds=st.floats(0.05, 1000), tempo=TEMPOS)
def test_equal_runs_are_learned(seconds, tempo):
    """The more runs of one length are seen, the nearer the forecast comes to it, and the surer."""
    few, many, most = (Forecast.learned([seconds] * count, tempo) for count in (1, 10, 50))
    expected = seconds / tempo.clock
    distances = [abs(math.log(one.median / expected)) for one in (few, many, most)]
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] <= abs(math.log(tempo.run_seconds / expected)) * 3 / 53 + 1e-9
    assert few.spread >= many.spread - 1e-9
    assert 0.2 <= most.spread <= 1.0


def test_nothing_seen_is_what_is_expected():
    """With no run seen, the vendor's word holds: 8 seconds, most between 3 and 20."""
    forecast = Forecast.learned([], SERVICE)
    assert forecast.median == pytest.approx(8.0)
    assert forecast.spread == pytest.approx(0.6)
    assert forecast.first_look == pytest.approx(2.33, abs=0.01)


@given(seen=SEEN, elapsed=ELAPSED, eager=st.booleans(), factor=st.sampled_from([0.5, 7.0, 600.0]))
def test_a_faster_clock_changes_nothing_but_the_scale(seen, elapsed, eager, factor):
    """On a clock ``factor`` times as fast each pause is the same part of the run."""
    slow = Forecast.learned(seen, SERVICE)
    fast = Forecast.learned(seen, SERVICE.faster(factor))
    pause = fast.pause(elapsed / factor, eager=eager) * factor
    assert pause == pytest.approx(slow.pause(elapsed, eager=eager), rel=1e-6)


@pytest.mark.parametrize("tempo", [SERVICE, EMBEDDED], ids=["service", "embedded"])
def test_faster_scales_every_number(tempo):
    """Rates grow, times shrink, counts and shapes stay; back again is the same."""
    faster = tempo.faster(4.0)
    kinds = {
        4.0: {"creates", "queries", "clock"},
        1.0: {"running", "ahead", "spread"},
    }
    for one in fields(Tempo):
        factor = next((f for f, names in kinds.items() if one.name in names), 0.25)
        before, after = getattr(tempo, one.name), getattr(faster, one.name)
        assert after == (None if before is None else before * factor), one.name
    assert faster.faster(0.25) == tempo
    assert faster.window == tempo.window == (None if tempo.running is None else 4)


@given(elapsed=st.floats(2.4, 60), run=st.floats(2, 30))
def test_a_pause_weighs_questions_against_waiting(elapsed, run):
    """Between its bounds a pause is √(2c/h), where h is the rate at which such tasks end now."""
    forecast = Forecast.learned([run] * 5, SERVICE)
    if elapsed < forecast.first_look:
        return
    ran = lognorm(forecast.spread, scale=forecast.median)
    at = elapsed + SERVICE.soonest / 2
    wanted = math.sqrt(2 * SERVICE.question_cost / (ran.pdf(at) / ran.sf(at)))
    bounded = min(SERVICE.latest, max(SERVICE.soonest, wanted))
    assert forecast.pause(elapsed) == pytest.approx(max(bounded, elapsed / 50), rel=1e-6)


@given(elapsed=ELAPSED, seen=SEEN)
def test_who_is_eager_never_asks_later(elapsed, seen):
    """Where a place at the service stands empty until we know, the next question is no later."""
    forecast = Forecast.learned(seen, SERVICE)
    assert forecast.pause(elapsed, eager=True) <= forecast.pause(elapsed)


def schedule(forecast: Forecast, end: float) -> list[float]:
    """The seconds of its run at which a task is asked about that ends then."""
    at = [forecast.pause(0.0)]
    while at[-1] < end:
        at.append(at[-1] + forecast.pause(at[-1]))
    return at


@pytest.mark.parametrize(
    ("seed", "end", "questions"),
    [
        (1, 4.49, [3.56, 4.79]),
        (2, 9.97, [3.19, 4.45, 5.27, 5.97, 6.6, 7.2, 7.78, 8.34, 8.88, 9.41, 9.93, 10.45]),
        (3, 8.50, [3.44, 4.64, 5.39, 6.03, 6.6, 7.14, 7.65, 8.14, 8.62]),
    ],
)
def test_the_questions_to_three_tasks(seed, end, questions):
    """After twenty runs of about 7 seconds: when a short, a long and a usual task are asked."""
    dice = random.Random(seed)  # noqa: S311 - run times
    tempo = replace(SERVICE, question_cost=0.03)
    forecast = Forecast.learned([dice.lognormvariate(2.0, 0.4) for _ in range(20)], tempo)
    assert schedule(forecast, end) == pytest.approx(questions, abs=0.006)


def test_waiting_and_asking_are_in_balance():
    """Over 2,000 runs as expected: late by half a second at the median, with few questions."""
    dice = random.Random(4)  # noqa: S311 - run times
    forecast = Forecast.learned([], SERVICE)
    ends = [dice.lognormvariate(math.log(8), 0.6) for _ in range(2000)]
    asked = [schedule(forecast, end) for end in ends]
    late = sorted(at[-1] - end for at, end in zip(asked, ends, strict=True))
    said = f"late {median(late):.2f} s, p95 {late[1900]:.2f} s, {median(map(len, asked))} questions"
    assert median(late) <= 0.45, said
    assert late[1900] <= 0.9, said
    assert median(map(len, asked)) <= 11, said
