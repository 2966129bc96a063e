"""Text can be read in both colour schemes: WCAG 2.2 asks for 4.5 to 1."""

import re

import pytest

from copydesk.web.templating import static_bytes

STYLE = static_bytes("style.css").decode()
TEXT_ON = [
    ("ink", "paper"),
    ("ink", "sheet"),
    ("muted", "paper"),
    ("muted", "sheet"),
    ("accent", "paper"),
    ("accent", "sheet"),
    ("paper", "accent"),
    ("paper", "ink"),
    ("link", "paper"),
    ("mark-ink", "mark"),
    ("good", "paper"),
    ("bad", "paper"),
    ("banner", "banner-paper"),
]


def palette(scheme: str) -> dict[str, str]:
    light, dark = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    if scheme == "dark":
        colours |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark))
    return colours


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_stands_out(scheme: str, text: str, ground: str) -> None:
    colours = palette(scheme)
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_and_focus_stand_out(scheme: str) -> None:
    colours = palette(scheme)
    assert contrast(colours["bar"], colours["paper"]) >= 3
    assert contrast(colours["accent"], colours["paper"]) >= 3
