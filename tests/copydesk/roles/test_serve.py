"""Who is taken for a person on this machine."""

import pytest

from config.settings import ServeSettings
from copydesk.roles.serve import proxied


@pytest.mark.parametrize(
    ("settings", "behind"),
    [
        (ServeSettings(), 0),
        (ServeSettings(base_url="https://news.example"), 1),
        (ServeSettings(public_url="https://hooks.example"), 1),
    ],
)
def test_an_address_of_the_outside_means_a_proxy(settings: ServeSettings, behind: int) -> None:
    assert proxied(settings) == behind
