"""What hypothesis gives the kernels: any Unicode text, and text that is dense in what their rules look at."""

from operator import mul

from hypothesis import strategies as st

PARTS = (
    *("the", "have", "Be", "don't", "we’ll", "U.S.", "Mr.", "etc.", "e.g.", "a.m.", "10km", "90%", "5€", "$3", "it's"),
    *(" Mr. ", " e.g. ", " U.S.\n", " a.m., ", " well ", " end. ", "well-known", "and/or", "end.Start", "x,y", "2*3"),
    *("3-4", "www.example.org/a-b", "me@example.org", "https://a.de/b"),
    *(
        "...",
        "…",
        "..",
        ".",
        ",",
        "!",
        "?",
        "(",
        ")",
        "[",
        "'",
        "''",
        "'s",
        "“",
        "”",
        "’",
        "—",
        "--",
        "-",
        "•",
        "#",
        "_",
    ),
    *("中文", "，", "。", "ไทย", "한국어", "हिन्दी", "e\u0301", "😀", "©", "İ", "ß"),
    *(" ", "  ", "\n", "\n\n", "\n\n\n", "\t", "\v", "\f", "\x1c"),
)
# What every kernel must bear: marks without a letter, writing from right to left, emoji of several characters, NUL,
# line ends and white space of every kind, and code points at the edges of their ranges.
HOSTILE = (
    *("\u0301", " \u0301", "\n\u0301", "\u20dd", "\u200f", "\u202e", "עברית", "العربية"),
    *("👩\u200d👩\u200d👧", "🇩🇪🇫", "👍🏽", "\x00", "\r", "\r\n", "\u2028", "\u2029", "\x85", "\xa0", "\u3000"),
    *("\ufeff", "\u200b", "\uffff", "\U0010ffff"),
)


def joined(parts: st.SearchStrategy[str], most: int) -> st.SearchStrategy[str]:
    """Texts of 0 to `most` parts, each number as likely: `st.lists` alone makes some five of them."""
    return st.integers(0, most).flatmap(lambda n: st.lists(parts, min_size=n, max_size=n)).map("".join)


TEXTS = st.text(max_size=60) | joined(st.sampled_from(PARTS) | st.sampled_from(HOSTILE) | st.text(max_size=3), 60)
_AGAIN = st.sampled_from(("a", "b", "a b", ",", " ", "\n", "\n\n", "ab\n", "ab.\n", "é\n", "a b c d e f g h i j "))
# Lines, paragraphs and n-grams that come again: here and there, or at once and several times in a row.
REPETITIVE = joined(_AGAIN, 60) | st.builds(mul, joined(_AGAIN, 12), st.integers(2, 6))
