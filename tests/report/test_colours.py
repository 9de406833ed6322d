"""The colours of charts can be told apart, light and dark, by people of any colour vision."""

from __future__ import annotations

import re
from importlib.resources import files
from itertools import combinations
from math import dist

import pytest

STYLE = files("tap_genesys_search.report.page").joinpath("page.css").read_text(encoding="utf-8")
PAIRS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", STYLE
    )
}
ALIASES = dict(re.findall(r"--([\w-]+): var\(--([\w-]+)\);", STYLE))

MEDIA = [f"colour-{place}" for place in range(1, 7)]
STATUSES = ["completed", "split", "incomplete", "failed"]

LEAST_CONTRAST = 3
"""Of graphics with their background: WCAG 2.2, success criterion 1.4.11."""
LEAST_TEXT_CONTRAST = 4.5
"""Of texts: success criterion 1.4.3."""
LEAST_DISTANCE = 0.08
"""In OKLab; the two closest of Okabe and Ito's colours are 0.076 apart."""

Colour = tuple[float, float, float]
Matrix = tuple[Colour, Colour, Colour]

# Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision
# Deficiency" (2009), at full severity; in linear RGB.
VISIONS: dict[str, Matrix] = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}

# Björn Ottosson, "A perceptual color space for image processing" (2020).
TO_LMS: Matrix = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
TO_LAB: Matrix = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)


def linear(name: str, theme: int) -> Colour:
    """Linear RGB of a colour of the style sheet."""
    code = PAIRS[ALIASES.get(name, name)][theme]
    parts = [int(code[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return red, green, blue


def apply(matrix: Matrix, colour: Colour) -> Colour:
    one, two, three = (
        sum(factor * part for factor, part in zip(row, colour, strict=True)) for row in matrix
    )
    return one, two, three


def seen(colour: Colour, vision: str) -> Colour:
    """OKLab of a colour as it is seen."""
    red, green, blue = (min(max(part, 0), 1) for part in apply(VISIONS[vision], colour))
    long, middle, short = (part ** (1 / 3) for part in apply(TO_LMS, (red, green, blue)))
    return apply(TO_LAB, (long, middle, short))


def contrast(one: Colour, other: Colour) -> float:
    weights = (0.2126, 0.7152, 0.0722)
    dark, light = sorted(
        sum(weight * part for weight, part in zip(weights, colour, strict=True)) + 0.05
        for colour in (one, other)
    )
    return light / dark


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("names", [MEDIA, STATUSES], ids=["media", "statuses"])
def test_colours_are_told_apart(names: list[str], vision: str, theme: int) -> None:
    labs = {name: seen(linear(name, theme), vision) for name in names}
    distances = {
        (one, other): round(dist(labs[one], labs[other]), 3)
        for one, other in combinations(names, 2)
    }
    assert [pair for pair in distances.items() if pair[1] < LEAST_DISTANCE] == []


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_stand_out(theme: int) -> None:
    card = linear("card", theme)
    for name in (*MEDIA, *STATUSES):
        assert contrast(linear(name, theme), card) >= LEAST_CONTRAST, name
    for name in ("text", "soft", "bad"):
        assert contrast(linear(name, theme), card) >= LEAST_TEXT_CONTRAST, name
        assert contrast(linear(name, theme), linear("page", theme)) >= LEAST_TEXT_CONTRAST, name
