"""The explorer and the time machine in a real Chromium, driven by Playwright.

Skipped, with the reason, where Playwright or Chromium is missing; ``make test-browser`` sets
LOWRANKWEIGHTS_BROWSER=required, and then a missing one is a failure. Nothing is downloaded.
"""

import os
import shutil

import numpy as np
import pytest

import lowrankweights as lrw
from lowrankweights import explorer, web
from lowrankweights.commands.complete import read
from lowrankweights.dictionaries import completion
from lowrankweights.timemachine import Snapshots

REQUIRED = os.environ.get("LOWRANKWEIGHTS_BROWSER") == "required"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = "--no-sandbox --headless --disable-gpu --disable-quic --no-first-run --disable-background-networking"
QUIET += " --disable-component-update --disable-sync"
HERE = "document.querySelector('.explorer').explorer"
MILLISECONDS = 50  # for an update of 28 x 28 with 200 known pixels


def missing(reason):
    if REQUIRED:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def chromium():
    if CHROMIUM is None:
        missing("Chromium is not installed: on Debian, apt install chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("Playwright is not installed: pip install playwright anywidget")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium):
    """An empty tab without a network; any error in it, and any request but for a file, is a failure."""
    context = chromium.new_context(viewport={"width": 1200, "height": 1000}, has_touch=True)
    context.set_offline(True)
    page, errors = context.new_page(), []
    page.on("console", lambda m: errors.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "request", lambda r: None if r.url.startswith(("file:", "blob:", "data:")) else errors.append(r.url)
    )
    yield page
    context.close()
    assert errors == []


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    return explorer.write_page(tmp_path_factory.mktemp("pages") / "explorer.html").as_uri()


@pytest.fixture
def page(tab, page_file):
    tab.goto(page_file)
    return tab


def settle(page):
    """Wait until what changed is computed, drawn, and in the address."""
    until(page, f"!{HERE}.pending && !{HERE}.saving && {HERE}.result?.deviation !== null")


def until(page, condition):
    """Wait for a condition (the pages' policy forbids Playwright's own way, which calls eval)."""
    for _ in range(600):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never came true: {condition}")


def address(page):
    return page.evaluate("Object.fromEntries(new URLSearchParams(location.hash.slice(1)))")


def shown(page, name):
    return page.evaluate(f"Array.from({HERE}.result.{name})")


def choose(page, **state):
    """Go to an address."""
    page.evaluate(GO, state)
    settle(page)
    page.evaluate(f"{HERE}.save()")


GO = """state => new Promise((done) => {
  addEventListener("hashchange", () => done(), { once: true });
  location.hash = new URLSearchParams(state);
})"""


def of_numpy(page):
    """w, alpha, prediction and standard deviation by NumPy, from nothing but the address."""
    state = address(page)
    name, k = state["feature"].split("-")
    feature = explorer.load_features()[name][int(k)]
    alpha = np.flatnonzero(web.decode_bits(state["known"], feature.size))
    kernel, ridge = lrw.SquaredExponential(float(state["length"])), float(state["ridge"])
    where = kernel, lrw.grid_coordinates(feature.shape), alpha, ridge
    w = feature.ravel()
    prediction = lrw.predict_features(w[alpha], lrw.dictionaries.kernel_ridge(*where))
    return w, alpha, prediction, np.sqrt(lrw.predictive_variance(*where))


def check_against_numpy(page):
    settle(page)
    w, alpha, prediction, deviation = of_numpy(page)
    assert shown(page, "alpha") == alpha.tolist()
    assert np.abs(np.array(shown(page, "predicted")) - prediction).max() < 1e-6
    assert np.abs(np.array(shown(page, "deviation")) - deviation).max() < 1e-6
    error = prediction - w
    assert np.abs(np.array(shown(page, "error")) - error).max() < 1e-6
    text = page.inner_text(".numbers")
    r = completion.correlation(w[:, None], prediction[:, None], alpha)[0]
    found = page.evaluate(f"{HERE}.result.correlation")
    assert found is None if np.isnan(r) else abs(found - r) < 1e-9
    assert f"{np.sqrt(np.mean(error**2)):.3f}" in text and ("none" if np.isnan(r) else f"{r:.3f}") in text


def pixel(page, row, column, shape=(28, 28)):
    """Where a pixel of the picture to paint on is on the screen."""
    box = page.locator(".panel-known .picture").bounding_box()
    return (
        box["x"] + (column + 0.5) * box["width"] / shape[1],
        box["y"] + (row + 0.5) * box["height"] / shape[0],
    )


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("n_alpha", [1, 60, 400, 784])
@pytest.mark.parametrize(("length_scale", "ridge"), [(0.7, 0), (2, 1e-4), (8, 1e-4), (3, 1)])
def test_the_solver_computes_what_numpy_does(tab, n_alpha, length_scale, ridge):
    tab.add_script_tag(type="module", content=web.module("explorer/browser/solver.js") + EXPOSE)
    until(tab, "Boolean(window.solver)")
    alpha = lrw.sample_index_set(784, n_alpha, rng=n_alpha)
    where = lrw.SquaredExponential(length_scale), lrw.grid_coordinates((28, 28)), alpha, ridge
    U, variance = lrw.dictionaries.kernel_ridge(*where), lrw.predictive_variance(*where)
    w = np.sin(np.arange(784) / 9)
    theirs = tab.evaluate(SOLVE, [alpha.tolist(), w[alpha].tolist(), length_scale, ridge, n_alpha // 2])
    assert np.abs(np.array(theirs["predicted"]) - U @ w[alpha]).max() < 1e-7
    assert np.abs(np.array(theirs["variance"]) - variance).max() < 1e-7
    assert np.abs(np.array(theirs["atom"]) - U[:, n_alpha // 2]).max() < 1e-7
    assert np.abs(np.array(theirs["mixture"]) - U[300]).max() < 1e-7
    K = where[0](where[1][alpha], where[1][alpha]) + ridge * np.eye(n_alpha)
    assert 0.2 < theirs["condition"] / np.linalg.cond(K) < 1.01


EXPOSE = "\nwindow.solver = { factorise, predict, variance, atom, mixture };"
SOLVE = """([alpha, w, length, ridge, a]) => {
  const system = solver.factorise([28, 28], alpha, length, ridge);
  return {
    predicted: Array.from(solver.predict(system, w)), variance: Array.from(solver.variance(system)),
    atom: Array.from(solver.atom(system, a)), mixture: Array.from(solver.mixture(system, 300)),
    condition: system.condition,
  };
}"""


def test_it_opens_with_a_prediction_that_numpy_makes_too(page):
    page.evaluate(f"{HERE}.save()")
    check_against_numpy(page)
    assert len(shown(page, "alpha")) == 157


def test_it_starts_where_python_says(tab, tmp_path):
    start = {"alpha": [0, 5, 783], "length_scale": 3.0, "ridge": 0.5}
    tab.goto(explorer.write_page(tmp_path / "page.html", **start).as_uri())
    assert shown(tab, "alpha") == [0, 5, 783] and tab.evaluate(f"{HERE}.state.pattern") == "painted"
    choose(tab, ridge=0.25)  # an address changes what it names, and nothing else
    check_against_numpy(tab)
    assert shown(tab, "alpha") == [0, 5, 783] and address(tab)["length"] == "3"


def test_painting_and_erasing(page):
    press(page, "None")
    press(page, "3")
    page.mouse.move(*pixel(page, 5, 4))
    page.mouse.down()
    page.mouse.move(*pixel(page, 5, 20))  # in one leap: the pixels between are painted too
    page.mouse.up()
    check_against_numpy(page)
    painted = [28 * r + c for r in (4, 5, 6) for c in range(3, 22)]
    assert shown(page, "alpha") == painted
    press(page, "Erase")
    press(page, "1")
    page.mouse.click(*pixel(page, 5, 10))
    press(page, "Paint")
    page.mouse.click(*pixel(page, 5, 12), button="right")
    check_against_numpy(page)
    assert shown(page, "alpha") == [i for i in painted if i not in (150, 152)]


def test_painting_with_a_finger(page):
    press(page, "None")
    page.touchscreen.tap(*pixel(page, 20, 7))
    check_against_numpy(page)
    assert shown(page, "alpha") == [20 * 28 + 7]


@pytest.mark.parametrize(
    ("label", "key", "name", "value"),
    [
        ("Length scale", "ArrowRight", "length", 2.1),
        ("Ridge", "Home", "ridge", 1e-4),
        ("Known weights", "ArrowLeft", "share", 0.19),
    ],
)
def test_sliding(page, label, key, name, value):
    page.get_by_role("slider", name=label).focus()
    page.keyboard.press(key)
    check_against_numpy(page)
    assert float(address(page)[name]) == pytest.approx(value)


def test_a_larger_proportion_keeps_the_pixels_of_a_smaller_one(page):
    for pattern in ("random", "local"):
        choose(page, share=0.1, pattern=pattern)
        few = set(shown(page, "alpha"))
        choose(page, share=0.3, pattern=pattern)
        assert few < set(shown(page, "alpha")) and len(few) == 78
        choose(page, share=0.3, pattern=pattern, seed=2)
        assert not few <= set(shown(page, "alpha"))


def test_a_grid_is_regular_and_local_is_dense_in_one_place(page):
    choose(page, share=0.0625, pattern="grid")
    assert shown(page, "alpha") == [28 * r + c for r in range(2, 28, 4) for c in range(2, 28, 4)]
    choose(page, share=0.15, pattern="local", at="7.20")
    row, column = np.divmod(np.arange(784), 28)
    known = np.isin(np.arange(784), shown(page, "alpha"))
    distance = np.hypot(row - 7, column - 20)
    assert known[distance < 4].mean() > 10 * known[distance > 10].mean() > 0


def test_the_keyboard_alone_is_enough(page):
    press(page, "None")
    page.locator(".panel-known .picture").focus()
    for key in ("Home", "ArrowDown", "ArrowRight", "ArrowRight", " ", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    check_against_numpy(page)
    assert shown(page, "alpha") == [15 * 28 + 2, 16 * 28 + 2]
    assert "Row 17, column 3: known" in page.inner_text("[role=status]")
    page.keyboard.press(" ")
    settle(page)
    assert shown(page, "alpha") == [15 * 28 + 2]
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


NAMELESS = """() => [...document.querySelectorAll('button, input, [tabindex]')]
  .filter(e => !(e.ariaLabel || e.textContent.trim() || e.labels?.[0]?.textContent.trim()))
  .map(e => e.outerHTML)"""


def test_every_control_has_a_name_and_can_be_reached(page):
    nameless = page.evaluate(NAMELESS)
    assert nameless == []
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
    controls = page.evaluate("document.querySelectorAll('button, input, a, summary, [tabindex]').length")
    hidden = page.evaluate("document.querySelectorAll('details:not([open]) a').length")
    assert len(reached) >= controls - hidden


def test_reloading_restores_everything_exactly(page):
    page.get_by_role("button", name="An autoencoder of photographs, feature 3").click()
    page.get_by_role("slider", name="Ridge").focus()
    page.keyboard.press("ArrowLeft")
    page.mouse.click(*pixel(page, 3, 3, (16, 16)))
    settle(page)
    names = ("alpha", "predicted", "deviation")
    whole = f"JSON.stringify({{ ...{HERE}.state, known: [...{HERE}.state.known] }})"
    before, state, inside = [shown(page, name) for name in names], address(page), page.evaluate(whole)
    assert state["feature"] == "photographs-2" and state["pattern"] == "painted"
    page.reload()
    assert [shown(page, name) for name in names] == before and page.evaluate(whole) == inside
    page.get_by_role("slider", name="Length scale").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    settle(page)
    assert address(page) == state


@pytest.mark.parametrize(
    "strings",
    [
        {"feature": "nonsense", "length": "far", "ridge": "-1", "seed": "1e99", "pattern": "x", "at": "99.1"},
        {"known": "!!", "share": "NaN", "image": "28.28.AAAA", "feature": "image"},
        {"known": "AAAA", "feature": "photographs-0", "at": "20.20"},
    ],
)
def test_an_address_that_makes_no_sense_is_mended(page, strings):
    choose(page, **strings)
    assert len(shown(page, "alpha")) == round(0.2 * page.evaluate(f"{HERE}.state.known.length"))
    press(page, "New draw")
    check_against_numpy(page)


def test_no_pixel_known(page):
    press(page, "None")
    settle(page)
    assert "No weight is known" in page.inner_text(".message")
    assert set(shown(page, "predicted")) == {0} and set(shown(page, "deviation")) == {1}
    assert "NaN" not in page.inner_text("body")
    press(page, "Random")
    check_against_numpy(page)


def test_every_pixel_known(page):
    press(page, "All")
    settle(page)
    assert "Every weight is known" in page.inner_text(".message")
    check_against_numpy(page)
    assert "NaN" not in page.inner_text("body")


def test_a_page_that_begins_with_a_singular_system(tab, page_file):
    tab.goto(f"{page_file}#ridge=0&length=8&share=0.5")
    assert "singular to working precision" in tab.inner_text(".message")
    box = tab.locator(".panel-predicted .picture").bounding_box()
    assert box["width"] == pytest.approx(box["height"], abs=2)
    press(tab, "Start again")
    check_against_numpy(tab)


def test_a_singular_system(page):
    choose(page, ridge=0, length=8, share=0.5)
    assert "singular to working precision" in page.inner_text(".message")
    for remedy in ("ridge", "length", "fewer"):
        assert remedy in page.inner_text(".message")
    assert "NaN" not in page.inner_text("body") and "–" in page.inner_text(".numbers")
    choose(page, ridge=0.01, length=8, share=0.5)
    assert "singular" not in page.inner_text(".message")
    check_against_numpy(page)


def own_image(tmp_path, size=(40, 60)):
    from PIL import Image

    levels = np.random.default_rng(0).integers(0, 256, (*size, 4), dtype=np.uint8)
    levels[..., 3] = 255
    levels[:10, :, 3] = 0  # transparent at the top
    path = tmp_path / "mine.png"
    Image.fromarray(levels).save(path)
    return path


def test_an_image_of_ones_own(page, tmp_path):
    path = own_image(tmp_path)
    page.set_input_files("input[type=file]", path)
    until(page, f"{HERE}.state.feature === 'image'")
    settle(page)
    assert "mine.png: 40 × 60 pixels (height × width)" in page.inner_text(".message")
    pixels, _ = explorer.read_image(path)
    code = address(page)["image"].split(".")
    assert code[:2] == ["19", "28"]
    # the browser and Pillow round at different places
    assert np.abs(web.decode_bytes(code[2]) - 255 * pixels.ravel()).max() <= 2
    before = shown(page, "predicted")
    page.reload()
    assert shown(page, "predicted") == before
    page.get_by_role("button", name="A network that reads digits, feature 1").click()
    check_against_numpy(page)


def test_the_explorer_and_complete_say_the_same_of_an_image(tab, page_file, tmp_path):
    """Whether it was dropped on the page, or given to it; and the image's mean is taken off by both."""
    from PIL import Image

    row, column = np.indices((28, 21))
    levels = 200 + 25 * np.sin(row / 3) * np.cos(column / 4) + 9 * np.sin(row * column / 9)
    Image.fromarray(levels.astype(np.uint8)).save(tmp_path / "bright.png")
    W, shape, _ = read(tmp_path / "bright.png")
    done = completion.complete(W, shape, 0.2, rng=3, length_scale=1.5)
    r = done["correlation"][0]
    assert 0.3 < r < 0.99
    known = web.encode_bits(np.isin(np.arange(len(W)), done["alpha"]))
    tab.goto(page_file)
    tab.set_input_files("input[type=file]", tmp_path / "bright.png")
    until(tab, f"{HERE}.state.feature === 'image'")
    settle(tab)
    own = {"feature": "image", "image": address(tab)["image"]}
    choose(tab, **own, length=1.5, ridge=completion.RIDGE, known=known, pattern="painted")
    assert abs(tab.evaluate(f"{HERE}.result.correlation") - r) < 1e-9
    pixels, _ = explorer.read_image(tmp_path / "bright.png")
    start = {"length_scale": 1.5, "ridge": completion.RIDGE, "alpha": done["alpha"]}
    tab.goto(explorer.write_page(tmp_path / "page.html", image=pixels, **start).as_uri())
    assert abs(tab.evaluate(f"{HERE}.result.correlation") - r) < 1e-3  # the page holds float16


def test_where_something_is_constant_the_page_says_so(tab, tmp_path):
    W = np.zeros((36, 2))
    W[:, 0], W[:5, 0] = 0.7, [1, -1, 0.5, 0.2, 0.3]  # constant where unknown
    W[:, 1], W[:5, 1] = np.linspace(-1, 1, 36), 0  # its prediction is
    tab.goto(explorer.write_page(tmp_path / "page.html", W=W, shape=(6, 6), alpha=np.arange(5)).as_uri())
    for feature in ("own-0", "own-1"):
        known = web.encode_bits(np.arange(36) < 5)
        choose(tab, feature=feature, known=known, pattern="painted")
        assert tab.evaluate(f"{HERE}.result.correlation") is None
        assert tab.inner_text(".numbers div:first-child dd") == "none"
        assert "constant where unknown" in tab.inner_text(".message")
        assert np.isnan(completion.correlation(W, np.zeros_like(W), np.arange(5))).all()


def test_dropping_an_image_and_what_is_none(page, tmp_path):
    drop = """([bytes, name]) => {
      const files = new DataTransfer();
      files.items.add(new File([Uint8Array.from(bytes)], name));
      for (const kind of ["dragover", "drop"]) {
        const event = new DragEvent(kind, { dataTransfer: files, bubbles: true });
        document.querySelector(".explorer").dispatchEvent(event);
      }
    }"""
    page.evaluate(drop, [list(b"no image"), "notes.txt"])
    until(page, f"Boolean({HERE}.notice)")
    assert "notes.txt is no image" in page.inner_text(".message")
    page.evaluate(drop, [list(own_image(tmp_path, (28, 28)).read_bytes()), "mine.png"])
    until(page, f"{HERE}.state.feature === 'image'")
    settle(page)
    assert address(page)["feature"] == "image"
    assert page.evaluate("document.querySelector('.dropping')") is None


def test_pointing_shows_the_atom(page):
    box = page.locator(".panel-predicted .picture").bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    assert "Row 15, column 15" in page.inner_text(".message")
    assert "row of U" in page.inner_text(".panel-atom")
    press(page, "All")
    settle(page)
    assert "column of U" in page.inner_text(".panel-atom")


def test_it_fits_a_phone_and_the_dark(page):
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.emulate_media(color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == light


def test_an_update_is_quick(page, record_property):
    choose(page, share=200 / 784)
    assert len(shown(page, "alpha")) == 200
    times = page.evaluate(f"Array.from({{length: 60}}, () => ({HERE}.update(), {HERE}.milliseconds))")
    median = float(np.median(times[20:]))  # after the engine has compiled
    print(f"update of 28 x 28 with 200 known pixels: median {median:.1f} ms, best {min(times):.1f} ms")
    if REQUIRED:  # the best of many: other work on the machine is not the page's fault
        assert min(times) < MILLISECONDS


def test_the_widget_keeps_its_state_in_a_trait(tab):
    start = explorer.features.contents(start={"alpha": [0, 400]})
    tab.add_script_tag(
        type="module",
        content=web.module("explorer/browser/widget.js").replace("export default", "window.widget ="),
    )
    until(tab, "Boolean(window.widget)")
    tab.evaluate(MODEL, start)
    trait = tab.evaluate("model.state")
    assert np.flatnonzero(web.decode_bits(trait["known"], 784)).tolist() == [0, 400]
    tab.evaluate("model.change({ ...model.state, ridge: '0.5', known: 'gA' + model.state.known.slice(2) })")
    assert shown(tab, "alpha") == [0, 400] and tab.evaluate(f"{HERE}.state.ridge") == 0.5
    tab.get_by_role("button", name="All", exact=True).click()
    settle(tab)
    assert tab.evaluate("model.state.pattern") == "all"


MODEL = """contents => {
  const listeners = [];
  window.model = {
    state: {}, get: (name) => (name === "state" ? model.state : contents),
    set: (_, value) => (model.state = value),
    save_changes: () => {}, on: (_, f) => listeners.push(f),
    change: (state) => { model.state = state; listeners.forEach((f) => f()); },
  };
  widget.render({ model, el: document.body });
}"""


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    digits, snapshots = lrw.datasets.load_digits(), Snapshots()
    model = lrw.LowRankMLPClassifier(
        (12,),
        dictionary="squared_exponential",
        proportion=0.25,
        n_columns=2,
        input_shape=(8, 8),
        max_iter=30,
        random_state=0,
        callbacks=[snapshots],
    ).fit(digits.X_train, digits.y_train)
    path = tmp_path_factory.mktemp("film") / "film.html"
    return snapshots.to_html(path, model, data=(digits.X_test, digits.y_test)), snapshots, model


MACHINE = "document.querySelector('.timemachine').timeMachine"


def test_the_time_machine_asks_for_a_guess_then_plays(tab, film):
    path, snapshots, model = film
    tab.goto(path.as_uri())
    assert tab.locator(".chart:visible").count() == 0
    tab.get_by_role("button", name="Show me").click()
    first, last = snapshots.losses[0], snapshots.losses[-1]
    done = 1 + next(i for i, loss in enumerate(snapshots.losses) if loss <= first - 0.9 * (first - last))
    assert f"90 % of the fall is done after iteration {done}, of 30" in tab.inner_text(".answer")
    assert tab.locator(".chart:visible").count() == 2
    press(tab, "Play")
    until(tab, f"{MACHINE}.moment > 1")
    press(tab, "Pause")
    tab.keyboard.press("End")
    assert "30 of 30" in tab.inner_text(".transport")
    W = model.filters_[0]
    values = np.array(tab.evaluate(f"Array.from({MACHINE}.weights(5))"))
    assert np.corrcoef(values, W[:, 5])[0, 1] > 0.99999


def test_the_time_machine_by_keyboard_and_after_a_reload(tab, film):
    path, snapshots, model = film
    tab.goto(f"{path.as_uri()}#guessed=yes")
    for key in ("Home", "ArrowRight", "ArrowRight", "ArrowLeft"):
        tab.keyboard.press(key)
    tab.get_by_role("button", name="Filter 9, column 2").click()
    tab.reload()
    assert f"{snapshots.iterations[1]} of 30" in tab.inner_text(".transport")
    assert "Filter 9, column 2" in tab.inner_text(".focus")
    known = tab.evaluate(f"Array.from({MACHINE}.known())")
    assert np.flatnonzero(known).tolist() == model.index_sets_[0][1].tolist()
    tab.keyboard.press(" ")
    until(tab, f"{MACHINE}.moment > 2")
