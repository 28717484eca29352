"""Marked differences: nothing but what the texts hold, and bounded."""

from hypothesis import given
from hypothesis import strategies as st

from thresher.report.differences import differences

words = st.lists(st.sampled_from("the a of and cat dog sat ran mat".split()), max_size=80).map(" ".join)


@given(words, words)
def test_either_text_can_be_read_off(left: str, right: str) -> None:
    stretches = differences(left, right)
    gap = any(stretch.kind == "gap" for stretch in stretches)
    for side, text in (("left", left), ("right", right)):
        read = " ".join(s.text for s in stretches if s.kind in ("same", side))
        assert read == text or (gap and len(read) < len(text))


@given(words)
def test_equal_texts_have_no_differences(text: str) -> None:
    assert all(stretch.kind in ("same", "gap") for stretch in differences(text, text))


def test_long_equal_stretches_are_left_out_and_the_rest_is_bounded() -> None:
    same = " ".join(f"w{n}" for n in range(500))
    stretches = differences(f"old {same} tail", f"new {same} end")
    assert [s.text for s in stretches if s.kind == "gap"] == ["476 words the same"]
    unlike = differences(" ".join(f"a{n}" for n in range(900)), " ".join(f"b{n}" for n in range(900)))
    assert sum(len(s.text.split()) for s in unlike if s.kind != "gap") <= 400
