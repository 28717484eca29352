"""datatrove's filters cut a document into words once, not once a rule: words are most of the time of these tests."""

from functools import lru_cache

from datatrove.pipeline.filters import fineweb_quality_filter, gopher_quality_filter, gopher_repetition_filter
from datatrove.utils.text import split_into_words

remembered = lru_cache(maxsize=4)(split_into_words)


def remember_words() -> None:
    """Let the filters keep the words of the last few documents; what they say of them stays the same."""
    for module in (fineweb_quality_filter, gopher_quality_filter, gopher_repetition_filter):
        setattr(module, "split_into_words", remembered)  # noqa: B010
