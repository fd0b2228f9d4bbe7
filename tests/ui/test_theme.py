"""The look: contrast as WCAG 2 asks, config and charts of one mind, nothing from a network."""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path

import altair as alt
import numpy as np
import pandas as pd
import pytest

from core.ui.theme import DARK, LIGHT, altair_theme, colour_at, contrast, ink_on, palette_for, themed

CONFIG_FILE = Path(__file__).parents[2] / ".streamlit" / "config.toml"
CONFIG = tomllib.loads(CONFIG_FILE.read_text(encoding="utf-8"))
PALETTES = pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda palette: palette.name)
CAPTION = 0.6  # the opacity that Streamlit draws captions with

# Machado, Oliveira and Fernandes 2009, full severity, on linear RGB.
SIGHT = {
    "all": np.eye(3),
    "protanopia": np.array([[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]]),
    "deuteranopia": np.array([[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]]),
}


def section(name: str) -> dict:
    theme = CONFIG["theme"][name]
    return {key: value for key, value in theme.items() if key != "sidebar"}


def faded(ink: str, paper: str) -> str:
    mixed = [CAPTION * int(ink[i : i + 2], 16) + (1 - CAPTION) * int(paper[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(value):02x}" for value in mixed)


def oklab(colour: str, sight: np.ndarray) -> np.ndarray:
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    cones = np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]])
    lab = np.array([[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]])
    return lab @ np.cbrt(cones @ np.clip(sight @ linear, 0, 1))


@pytest.mark.parametrize(("one", "other", "ratio"), [("#000000", "#ffffff", 21), ("#777777", "#777777", 1)])
def test_contrast_at_its_ends(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_text_reads_on_every_paper(name):
    theme, sidebar = section(name), CONFIG["theme"][name]["sidebar"]
    papers = [theme["backgroundColor"], theme["secondaryBackgroundColor"], sidebar["backgroundColor"]]
    for paper in papers:
        for key in ("textColor", "linkColor", "codeTextColor", "dataframeHeaderTextColor", "grayTextColor"):
            assert contrast(theme[key], paper) >= 4.5, (key, paper)
        assert contrast(faded(theme["textColor"], paper), paper) >= 4.5, ("a caption", paper)
    assert contrast(theme["codeTextColor"], theme["codeBackgroundColor"]) >= 4.5


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("colour", ["red", "orange", "yellow", "blue", "green", "violet", "gray"])
def test_text_of_notes_reads_on_its_background_and_on_paper(name, colour):
    theme = section(name)
    assert contrast(theme[f"{colour}TextColor"], theme[f"{colour}BackgroundColor"]) >= 4.5
    assert contrast(theme[f"{colour}TextColor"], theme["backgroundColor"]) >= 4.5


@pytest.mark.parametrize("name", ["light", "dark"])
def test_primary_buttons_read_in_white_and_stand_out(name):
    primary = section(name)["primaryColor"]
    assert contrast("#ffffff", primary) >= 4.5
    assert contrast(primary, section(name)["backgroundColor"]) >= 3


@PALETTES
def test_config_and_charts_share_their_colours(palette):
    theme = section(palette.name)
    same = {
        "backgroundColor": palette.paper,
        "secondaryBackgroundColor": palette.margin,
        "textColor": palette.ink,
        "borderColor": palette.rule,
        "linkColor": palette.accent,
        "redColor": palette.error,
        "chartCategoricalColors": list(palette.categorical),
        "chartSequentialColors": list(palette.blues),
    }
    assert {key: theme[key] for key in same} == same


@PALETTES
def test_chart_text_and_marks_stand_out(palette):
    for text in (palette.ink, palette.muted, palette.accent, palette.error):
        assert contrast(text, palette.paper) >= 4.5
    for mark in (palette.bar, *palette.categorical):
        assert contrast(mark, palette.paper) >= 3


@PALETTES
def test_numbers_read_on_every_colour_of_a_ramp(palette):
    for ramp, position in itertools.product((palette.blues, palette.reds), np.linspace(0, 1, 101)):
        fill = colour_at(ramp, float(position))
        assert contrast(ink_on(fill), fill) >= 4.5


@PALETTES
def test_ramps_leave_the_paper_steadily(palette):
    for ramp in (palette.blues, palette.reds):
        away = [contrast(colour, palette.paper) for colour in ramp]
        assert away == sorted(away)


@PALETTES
@pytest.mark.parametrize("sight", SIGHT)
def test_twelve_colours_stay_apart_for_the_colour_blind(palette, sight):
    places = [oklab(colour, SIGHT[sight]) for colour in palette.categorical]
    assert len(set(palette.categorical)) == 12
    # The eight colours of Okabe and Ito keep 0.075 by the same measure.
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(places, 2)) >= 0.075


@pytest.mark.parametrize(("position", "colour"), [(0, "#000000"), (0.25, "#404040"), (1, "#ffffff"), (7, "#ffffff")])
def test_colour_at_a_place_of_a_ramp(position, colour):
    assert colour_at(("#000000", "#808080", "#ffffff"), position) == colour


@pytest.mark.parametrize(("kind", "palette"), [("dark", DARK), ("light", LIGHT), (None, LIGHT), ("", LIGHT)])
def test_palette_for_what_the_browser_says(kind, palette):
    assert palette_for(kind) is palette


@PALETTES
def test_no_label_has_a_limit(palette):
    config = altair_theme(palette)
    for part in ("axis", "legend", "header"):
        assert config[part]["labelLimit"] == 0
        assert config[part]["titleLimit"] == 0
    assert config["title"]["limit"] == 0


def test_themed_twice_is_themed_once_and_keeps_the_layers():
    data = pd.DataFrame({"x": [1]})
    one = alt.Chart(data).mark_point().encode(x=alt.X("x:Q"))
    once = themed(alt.layer(one, one), LIGHT)
    assert themed(once, LIGHT).to_dict() == once.to_dict()
    assert once.to_dict()["config"]["background"] == LIGHT.paper


def test_themed_leaves_the_size_of_a_concatenation_alone():
    one = alt.Chart(pd.DataFrame({"x": [1]})).mark_point().encode(x=alt.X("x:Q"))
    assert "autosize" not in themed(one | one, DARK).to_dict()


def test_nothing_comes_from_a_network_and_nothing_goes_there():
    assert "http" not in CONFIG_FILE.read_text(encoding="utf-8")
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert CONFIG["server"]["address"] == "127.0.0.1"
    assert CONFIG["theme"]["headingFont"] == "serif"
