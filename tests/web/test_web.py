import json
import re

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from lowrankweights import plotting, web

PIXELS = (web.PACKAGE / "web" / "pixels.js").read_text(encoding="utf-8")
MODULES = ["explorer/browser/page.js", "explorer/browser/widget.js", "web/timemachine.js"]


def test_float16_comes_back():
    values = np.array([0.0, 1.0, -1.0, 0.333251953125, 6e-8, 65504.0])
    assert np.array_equal(web.decode_float16(web.encode_float16(values)), values.astype(np.float16))


@pytest.mark.parametrize("n", [1, 7, 8, 9, 784])
def test_bits_come_back_and_need_no_escaping_in_an_address(n):
    bits = np.random.default_rng(n).random(n) < 0.5
    text = web.encode_bits(bits)
    assert re.fullmatch("[A-Za-z0-9_-]*", text)
    assert np.array_equal(web.decode_bits(text, n), bits)


@pytest.mark.parametrize("file", MODULES)
def test_a_module_is_whole_and_plain(file):
    module = web.module(file)
    assert "import " not in re.sub(r"//.*", "", module)
    names = re.findall(r"^(?:export )?(?:async )?(?:function|class|const) (\w+)", module, re.MULTILINE)
    assert len(names) == len(set(names)), "a name is defined in two files"
    assert module.count("export function decodeFloat16") == 1


def test_scripts_stay_small():
    for path in web.PACKAGE.rglob("*.js"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 330, f"{path} is too long"
        assert max(map(len, lines)) <= 122, f"{path} has a line that is too long"


def test_colours_are_those_of_the_pictures():
    hexes = re.search(r"DIVERGING = \[(.*)\]", PIXELS).group(1)
    stops = np.array([to_rgb(h.strip(' "')) for h in hexes.split(",")])
    theirs = plotting.DIVERGING(np.linspace(0, 1, len(stops)))[:, :3]  # of a table with 256 entries
    assert np.abs(stops - theirs).max() < 0.015


def test_lightness_of_the_sequential_colours_falls_evenly_enough_to_be_read_in_grey():
    hexes = re.search(r"SEQUENTIAL = \[(.*)\]", PIXELS).group(1)
    rgb = np.array([[int(h[i : i + 2], 16) for i in (1, 3, 5)] for h in re.findall("#[0-9A-F]{6}", hexes)])
    assert (np.diff(rgb @ [0.299, 0.587, 0.114]) < -20).all()


def test_data_cannot_end_its_element():
    html = web.page("t", "<body>", MODULES[0], {"title": "</script><b>"})
    inert = re.search(r'id="data">(.*?)</script>', html).group(1)
    assert json.loads(inert) == {"title": "</script><b>"}


@pytest.mark.parametrize("file", MODULES)
def test_a_page_asks_for_nothing_from_outside(file):
    html = web.page("t", "<body>", file, {})
    # the name of a namespace is not an address that is asked for
    assert "//" not in re.sub(r"(?m)(^|\s)//.*", "", html.replace("http://www.w3.org/2000/svg", ""))
    assert "default-src 'none'" in html
    assert not re.search(r"<(link|img|iframe|script src)|@import|url\(", html)
