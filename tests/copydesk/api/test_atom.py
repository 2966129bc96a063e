"""What a feed is made of."""

from copydesk.api.atom import shortened


def test_a_summary_is_cut_between_words() -> None:
    assert shortened("as it is", 8) == "as it is"
    assert shortened("one two three four five", 20) == "one two three four…"
    assert shortened("x" * 30, 20) == "x" * 20 + "…"
    assert shortened("无人机袭击莫斯科", 5) == "无人机袭击…"
