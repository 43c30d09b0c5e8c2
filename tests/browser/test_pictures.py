"""Are the READMEs' screenshots up to date? Taken again in a real JupyterLab, and compared."""

import pytest
from lab import Lab
from scripts.picture_files import differences, fonts_of, stored
from scripts.screenshots import SHOTS, reads_chinese, shot

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

SAME_FONTS = (0.6, 5.0)
"""Whole picture and worst tile, where the fonts are those of the kept picture. Taken again it is
apart by at most 0.24 and 2.2; with a line of text gone by 0.3 and 6.7, with blue buttons by 0.9 and
14. A single digit that is gone (0.2 and 2.9) is not seen."""
OTHER_FONTS = (20.0, 255.0)
"""Where letters differ and lines break elsewhere (by 1 to 13), only the whole is judged."""
GROWN = 0.2


@pytest.mark.parametrize("name", SHOTS)
def test_screenshots_are_what_jupyterlab_shows(lab: Lab, name: str):
    """A screenshot in a README looks as its scene looks today."""
    if SHOTS[name][1] == "zh" and not reads_chinese(lab):
        pytest.skip("there is no font with Chinese here, such as Noto Sans CJK")
    kept = stored(name)
    made, fonts = shot(lab, name)
    tolerated = SAME_FONTS if fonts == fonts_of(kept) else OTHER_FONTS
    whole, tile = differences(made, kept)
    grown = abs(made.height / kept.height - 1)
    assert whole <= tolerated[0] and tile <= tolerated[1] and grown <= GROWN, (
        f"{name} has changed by {whole:.2f} of 255, in places by {tile:.1f}, its height by "
        f"{grown:.0%}: run `make pictures`, look at it, and commit it"
    )
