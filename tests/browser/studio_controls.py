"""What the controls of the studio do, by their selectors; what it hosts has tables of its own."""

import re

from clicks import CHECKED, Effect, Scene, asks_for_a_file, focused, hides, slid, ticked
from playwright.sync_api import expect


def chooses(scene: Scene) -> None:
    """Each function that is clicked is the one that is shown."""
    for function in scene.find(".wanx-function").all():
        function.click()
        expect(function).to_have_attribute(*CHECKED)
        scene.comes(f"studio.function == {function.get_attribute('data-function')!r}")
    use(scene, "stylization_all")


def use(scene: Scene, function: str) -> None:
    """Go to a function."""
    scene.click(f"[data-function={function}]")
    expect(scene.find(f"[data-function={function}]")).to_have_attribute(*CHECKED)
    scene.comes(f"studio.function == {function!r}")


def speaks(scene: Scene) -> None:
    """All is said in Chinese, and in English again."""
    scene.click(".wanx-language")
    expect(scene.find(".wanx-submit")).to_have_text("生成")
    scene.click(".wanx-language")
    expect(scene.find(".wanx-submit")).to_have_text("Create")


def takes_pictures(scene: Scene) -> None:
    """An address, a variable and the last result are each the picture."""
    name = scene.find(".wanx-picture-name")
    scene.click(".wanx-picture-address")
    scene.page.keyboard.type("https://example.com/lake.png")
    scene.click(".wanx-row:has(.wanx-picture-address) .wanx-plain")
    expect(name).to_contain_text("lake.png")
    focused(".wanx-picture-variable")(scene)
    scene.page.keyboard.press("Escape")
    scene.find(".wanx-picture-variable").select_option("photo")
    variable = ".wanx-row:has(.wanx-picture-variable) .wanx-plain:not([data-name])"
    scene.click(variable)
    expect(name).not_to_contain_text("lake.png")
    before = name.inner_text()
    scene.click("[data-name=result]")
    expect(name).not_to_have_text(before)
    scene.click(variable)
    expect(name).to_have_text(before)


def writes(scene: Scene) -> None:
    """A prompt is typed, or chosen by a click on a sample or a style."""
    prompt = scene.find("textarea.wanx-prompt")
    prompt.fill("")
    scene.click("textarea.wanx-prompt")
    scene.page.keyboard.type("a lake")
    scene.comes("studio.values[studio.function]['prompt'] == 'a lake'")
    for chip in scene.find(".wanx-chip").all()[:3]:
        chip.click()
        expect(prompt).to_have_value(chip.get_attribute("title"))
    use(scene, "stylization_local")
    scene.find(".wanx-subject").fill("")
    scene.click(".wanx-subject")
    scene.page.keyboard.type("roof")
    scene.click(".wanx-chip")
    expect(prompt).to_have_value(re.compile("roof"))
    use(scene, "stylization_all")


def counts(scene: Scene) -> None:
    """Each number of pictures is set by a click."""
    for choice in scene.find(".wanx-choice").all():
        choice.click()
        expect(choice).to_have_attribute(*CHECKED)
        n = choice.get_attribute("data-value")
        scene.comes(f"studio.values[studio.function]['n'] == {n}")
    scene.click(".wanx-choice")


def seeds(scene: Scene) -> None:
    """A seed is drawn, and let go."""
    scene.click("[data-name=dice]")
    assert int(scene.find(".wanx-seed").input_value()) >= 0
    scene.click("[data-name=free_seed]")
    expect(scene.find(".wanx-seed")).to_have_value("")
    focused(".wanx-seed")(scene)


def labels(scene: Scene) -> None:
    """A click on a label is a click on what it labels, in this studio."""
    for label in scene.find(".wanx-form label[for]").all():
        control = scene.root.locator(f"[id='{label.get_attribute('for')}']")
        if control.get_attribute("type") == "checkbox":
            was = control.is_checked()
            label.click()
            expect(control).to_be_checked(checked=not was)
            label.click()
        elif control.evaluate("one => one.matches('input, textarea')"):
            label.click()
            expect(control).to_be_focused()


def creates(scene: Scene) -> None:
    """One click makes one result, which comes into the gallery."""
    before = int(scene.ask("len(studio.results)"))
    scene.click(".wanx-submit")
    scene.comes(f"len(studio.results) == {before} + 1")


def draws_instead(scene: Scene) -> None:
    """A board takes the picture's place."""
    use(scene, "doodle")
    scene.click(".wanx-board")
    scene.comes("type(studio.stage).__name__ == 'DoodleBoard'")
    scene.find(".wanx-stage-box .wanx-ink").wait_for(state="attached")
    use(scene, "stylization_all")


def varies(scene: Scene) -> None:
    """An axis is added, chosen, filled in and run, and taken away."""
    axes = scene.find(".wanx-axis")
    while axes.count():
        axes.first.get_by_role("button").click()
    scene.click(".wanx-add-axis")
    scene.click(".wanx-add-axis")
    expect(axes).to_have_count(2)
    focused(".wanx-which")(scene)
    scene.page.keyboard.press("Escape")
    axes.first.locator("select").select_option("seed")
    axes.last.locator("select").select_option("strength")
    for axis, text in zip(axes.all(), ("1, 2", "0.2, 0.8"), strict=True):
        axis.locator("input").click()
        scene.page.keyboard.type(text)
        scene.page.keyboard.press("Tab")
    scene.comes("'4' in studio.experiment.summary[0]")
    focused(".wanx-how")(scene)
    scene.page.keyboard.press("Escape")
    scene.find(".wanx-how").select_option("zip")
    scene.comes("studio.experiment.how == 'zip'")
    before = int(scene.ask("len(studio.experiment.sweeps)"))
    scene.click(".wanx-run")
    scene.comes(f"len(studio.experiment.sweeps) == {before} + 1")
    scene.comes("studio.experiment.sweeps[-1].done()")
    scene.find(".wanx-axis button").first.click()
    expect(axes).to_have_count(1)


def goes_on(scene: Scene) -> None:
    """From the opened result the seed is taken, its picture, all but its seed, and all of it."""
    scene.find(".wanx-card").first.click()
    task = scene.find(".wanx-about .wanx-facts").inner_text().split(" · ")[-1]
    made = f"wx.recall({task!r})"
    scene.click("[data-name=seed]")
    scene.comes(f"studio.values[studio.function]['seed'] == {made}.seed")
    name = scene.find(".wanx-picture-name")
    before = name.inner_text()
    scene.click("[data-name=use]")
    expect(name).not_to_have_text(before)
    use(scene, "colorization")
    scene.click("[data-name=remix]")
    scene.comes(f"studio.function == {made}.about.name")
    scene.comes("studio.values[studio.function].get('seed') is None")
    use(scene, "colorization")
    scene.click("[data-name=edit]")
    scene.comes(f"studio.function == {made}.about.name")
    scene.comes(f"studio.request.seed == {made}.seed")


def brings_back(scene: Scene) -> None:
    """Of a picture that was made here one click sets all as it was."""
    file = scene.ask("str(studio.results[-1].files[0])")
    use(scene, "colorization")
    with scene.page.expect_file_chooser() as chooser:
        scene.click(".wanx-picture-target")
    chooser.value.set_files(file)
    scene.click(".wanx-recall")
    scene.comes("studio.function != 'colorization'")


def opens_and_folds(scene: Scene) -> None:
    """The experiment is folded away, and opened."""
    hides(".wanx-experiment > summary", ".wanx-add-axis")(scene)
    scene.click(".wanx-experiment > summary")
    expect(scene.find(".wanx-add-axis")).to_be_visible()


def clears_up(scene: Scene) -> None:
    """What is left of a task goes by a click on its button."""
    buttons = scene.find(".wanx-queue-box button")
    for left in range(buttons.count() - 1, -1, -1):
        buttons.first.click()
        expect(buttons).to_have_count(left)


STUDIO: dict[str, Effect] = {
    ".wanx-function": chooses,
    ".wanx-language": speaks,
    ".wanx-picture-target": asks_for_a_file(".wanx-picture-target"),
    "textarea.wanx-prompt, .wanx-chip, .wanx-subject, label:has(.wanx-subject)": writes,
    ".wanx-choice": counts,
    ".wanx-form input[type=range]": slid(".wanx-form input[type=range]"),
    ".wanx-form .wanx-number": focused(".wanx-form .wanx-number"),
    ".wanx-seed, [data-name=dice], [data-name=free_seed]": seeds,
    ".wanx-form input[type=checkbox]": ticked(".wanx-form input[type=checkbox]"),
    ".wanx-form label[for]": labels,
    ".wanx-submit": creates,
    ".wanx-picture-panel .wanx-plain, .wanx-picture-panel input, .wanx-picture-panel select, "
    ".wanx-picture-panel label": takes_pictures,
    ".wanx-board": draws_instead,
    ".wanx-experiment > summary": opens_and_folds,
    ".wanx-experiment-view button, .wanx-experiment-view select, .wanx-axis input, "
    ".wanx-axis textarea, .wanx-how-label": varies,
    "[data-name=edit], [data-name=use], [data-name=seed], [data-name=remix]": goes_on,
    ".wanx-recall": brings_back,
    ".wanx-queue-box button": clears_up,
}
