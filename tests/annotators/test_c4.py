"""C4's line rules in three dialects: against plain readings of their definitions, datatrove itself, and real texts."""

import gzip
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from datatrove.data import Document
from datatrove.pipeline.filters import C4QualityFilter, c4_filters
from datatrove.utils.text import split_into_sentences
from hypothesis import example, given, settings
from hypothesis import strategies as st

from thresher.annotators.c4 import c4_datatrove_v1, c4_dclm_v1, c4_fineweb_v1, c4_v1
from thresher.filters.registry import ruleset

from ..filters.real_texts import pages, prose, sentences
from ..kernels.nltk_punkt import NLTK
from ..kernels.texts import TEXTS, joined

DIALECTS = {made.name: made for made in (c4_v1(), c4_datatrove_v1(), c4_fineweb_v1(), c4_dclm_v1())}
CITATION = re.compile(r"\[\d*\]|\[edit\]|\[citation needed\]")
POLICY = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
DENSE = joined(
    st.sampled_from(
        (
            *("one two three", " four five. ", "It ends.", "it said", " ", "\n", "\r\n", "\r", "\u2028", "\v", "\x1c"),
            *("...", "…", "!", '"', "'", "[1]", "[]", "[edit]", "[citation needed]", "[12 ]", "[", "]", "{", "[٣]"),
            *("JavaScript", "JAVAſCRIPT", "java", "Lorem Ipsum", "lorem", "Use cooKies", "Privacy Policy", "polıcy"),
            *("terms of uSe", "cookie policy.", "a" * 1000, "é" * 1001, "\xa0", "\x00", "\u200b"),
        )
    ),
    40,
)
# Lines that mostly pass what is asked of their words and end, so that what is asked behind that is met: phrases with
# the letters that one way to ignore case takes for s, i or k, and another does not.
PHRASES = st.one_of(
    st.sampled_from(("", "[12]", "[edit]", "[٣]", "[citation needed]")),
    st.sampled_from(("{", "{}", "a{b", "}")),
    st.sampled_from(("lorem ipsum", "Lorem Ipsum", "LOREM IPſUM", "lorem ıpsum", "LOREM İPSUM", "loremipsum")),
    st.sampled_from(("javascript", "JavaScript", "JAVAſCRIPT", "javaſcrıpt", "JavaScrİpt", "java script")),
    st.sampled_from(("TERMS OF USE", "terms of uſe", "privacy polıcy", "PRİVACY POLICY", "coo\u212aie policy")),
    st.sampled_from(("uses cookıes", "use of cookies", "uſe cookieſ", "Use Cookies", "use cookie")),
)
ENDS = (
    *4 * (" ends.",),
    " so!",
    " here?",
    ' it"',
    " it'",
    "...",
    " …",
    ".…",
    "",
    " " + "a" * 990 + ".",
    " " + "é" * 1001 + ".",
)
BREAKS = (*4 * ("\n",), "\r\n", "\r", " \n", "\u2028", "\xa0\n", "\v", "\n\n")
LINES = joined(
    st.builds(
        "{}{}{}{}".format,
        st.sampled_from(("We say one two three ", "a b c d ", "a b c ", "The\xa0")),
        PHRASES,
        st.sampled_from(ENDS),
        st.sampled_from(BREAKS),
    ),
    5,
)


def tfds(text: str, least_words: int = 5, datatrove: bool = False, ended: bool = True) -> tuple[str, dict[str, int]]:
    """`clean_page`, or datatrove's filter: what is left, and the counts; datatrove's sentences apart."""
    counts = dict.fromkeys((field.name for field in c4_v1().fields), 0)
    left: list[str] = []
    for raw in text.splitlines():
        line = raw.strip()
        words = line.split()
        counts["lines"] += 1
        cited = CITATION.sub("", line)
        if any(len(word) > 1000 for word in words):
            counts["long_word_lines"] += 1
        elif ended and (
            not cited.endswith((".", "?", "!", '"', *(("'",) if datatrove else ()))) or cited.endswith("...")
        ):
            counts["unended_lines"] += 1
        elif len(words if datatrove else cited.split()) < least_words:
            counts["short_lines"] += 1
        else:
            judge_phrases(cited.lower(), cited.lower(), cited, counts, left)
    if not datatrove:
        counts["sentences"] = sum(len(NLTK.tokenize(line)) for line in left)
    return "\n".join(left).strip(), counts


def judge_phrases(page: str, line: str, text: str, counts: dict[str, int], left: list[str]) -> None:
    counts["lorem_ipsum"] += "lorem ipsum" in page
    if "javascript" in line:
        counts["javascript_lines"] += 1
        return
    counts["curly_brackets"] += "{" in page
    if any(phrase in line for phrase in POLICY):
        counts["policy_lines"] += 1
        return
    counts["kept_lines"] += 1
    left.append(text)


def dclm(text: str) -> tuple[str, dict[str, int]]:
    """The modifiers of `c4.yaml`, line by line, for none of them looks at two lines; then the sentences of the page."""
    counts = dict.fromkeys((field.name for field in c4_v1().fields), 0)
    left: list[str] = []
    for line in text.split("\n"):
        counts["lines"] += 1
        if any(len(word) > 1000 for word in line.split()):
            counts["long_word_lines"] += 1
            continue
        cited = CITATION.sub("", line)
        if not cited:
            left.append(cited)
        elif not re.search(r'[.!?"…]\s*$', cited) or re.search(r"(?:\.\.\.|…)\s*$", cited):
            counts["unended_lines"] += 1
        elif len(cited.split()) < 5:
            counts["short_lines"] += 1
        else:
            found = re.findall("|".join(("javascript", *POLICY)), cited, re.IGNORECASE)
            plain = " ".join("javascript" if len(f) == 10 and " " not in f else POLICY[0] for f in found)
            judge_phrases(cited.lower(), plain, cited, counts, left)
    counts["sentences"] = sum(sentence.strip() != "" for sentence in NLTK.tokenize("\n".join(left)))
    return "\n".join(left).strip(), counts


TWINS: dict[str, Callable[[str], tuple[str, dict[str, int]]]] = {
    "c4_v1": tfds,
    "c4_datatrove_v1": lambda text: tfds(text, 3, True),
    "c4_fineweb_v1": lambda text: tfds(text, 3, True, False),
    "c4_dclm_v1": dclm,
}


def run(name: str, texts: list[str]) -> list[tuple[str, dict[str, int]]]:
    array = pa.array(texts, pa.string())
    edit = DIALECTS[name].edit
    assert edit is not None
    return list(zip(edit(array).to_pylist(), DIALECTS[name].measure(array).to_pylist(), strict=True))


def agrees(name: str, text: str, found: tuple[str, dict[str, int]]) -> None:
    left, counts = TWINS[name](text)
    counts["characters"] = len(left)
    assert found[0] == left
    apart = {"sentences"} if name in ("c4_datatrove_v1", "c4_fineweb_v1") else set()
    assert {k: n for k, n in found[1].items() if k not in apart} == {k: n for k, n in counts.items() if k not in apart}


@pytest.mark.parametrize("name", DIALECTS)
@given(text=TEXTS | DENSE)
@example(text="")
@example(text="word")
@example(text=" \n ")
@example(text="[1]\n[2]   \nThe fox ran over the hill. [1]")
@example(text="one two three four " + "a" * 1001 + ".")
def test_lines_cut_are_those_of_the_definition(name: str, text: str) -> None:
    agrees(name, text, run(name, [text])[0])


@pytest.mark.parametrize("name", DIALECTS)
@settings(max_examples=200)
@given(text=LINES)
@example(text="a b c d javaſcrıpt {.\na b c d JAVASCRİPT.\na b c d LOREM IPſUM.\na b c d uſeſ coo\u212aıes.")
def test_phrases_are_found_in_the_case_that_each_dialect_ignores(name: str, text: str) -> None:
    agrees(name, text, run(name, [text])[0])


@pytest.fixture(scope="module")
def texts(data_dir: Path) -> list[str]:
    files = [*sorted((data_dir / "text").glob("*.jsonl.gz")), data_dir / "web" / "wcxb" / "gold.jsonl.gz"]
    found = {json.loads(line)["text"][:10_000] for file in files for line in gzip.open(file, "rt", encoding="utf-8")}
    return sorted(text for text in found if text.strip())


@pytest.mark.parametrize("name", DIALECTS)
def test_on_real_texts_what_is_left_is_the_definitions(name: str, texts: list[str]) -> None:
    rows = run(name, texts)
    for row, text in zip(rows, texts, strict=True):
        agrees(name, text, row)
    ended = () if name == "c4_fineweb_v1" else ("unended_lines",)
    for cause in (*ended, "short_lines", "javascript_lines", "policy_lines", "kept_lines", "curly_brackets"):
        assert any(counts[cause] for _, counts in rows), cause


FINEWEB = {"filter_no_terminal_punct": False}  # as in datatrove's examples/fineweb.py
OFF = {"min_num_sentences": -1, "filter_lorem_ipsum": False, "filter_curly_bracket": False}
ON: dict[str, dict[str, Any]] = {
    "sentences": {"min_num_sentences": 5},
    "lorem_ipsum": {"filter_lorem_ipsum": True},
    "curly_brackets": {"filter_curly_bracket": True},
}


@pytest.fixture(scope="module")
def module_patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def every_text(data_dir: Path, module_patch: pytest.MonkeyPatch) -> list[str]:
    """All real texts, whole; the lines that both dialects keep are cut into sentences once."""
    module_patch.setattr(c4_filters, "split_into_sentences", cache(split_into_sentences))
    return [*prose(data_dir), *pages(data_dir), *sentences(data_dir)]


@pytest.mark.parametrize(("name", "set_by"), [("c4_datatrove_v1", {}), ("c4_fineweb_v1", FINEWEB)])
def test_verdicts_and_text_are_datatroves(every_text: list[str], name: str, set_by: dict[str, Any]) -> None:
    """Sentences by nearly the same words; what needs none agrees on every text."""
    rows, verdicts = run(name, every_text), []
    for (left, counts), text in zip(rows, every_text, strict=True):
        theirs = {}
        for rule, on in ON.items():
            document = Document(text, "0")
            theirs[rule] = C4QualityFilter(**{**set_by, **OFF, **on}).filter(document) is not True
        assert document.text in (left, text)  # the last rule drops a page before it edits it
        ours = {rule.name: breaks(rule, counts) for rule in ruleset(name).rules}
        verdicts.append((ours, theirs))
        assert ours["lorem_ipsum"] == theirs["lorem_ipsum"] and ours["curly_brackets"] == theirs["curly_brackets"]
    agree = [ours[rule] == theirs[rule] for ours, theirs in verdicts for rule in ON]
    assert sum(agree) / len(agree) >= 0.999, sum(agree) / len(agree)
    dropped = [(any(ours.values()), any(theirs.values())) for ours, theirs in verdicts]
    assert sum(a and b for a, b in dropped) / sum(a or b for a, b in dropped) >= 0.99


def breaks(rule: Any, counts: dict[str, int]) -> bool:
    value = counts[rule.signal.split(".")[1]]
    return bool(value < (rule.at_least or 0) or (rule.at_most is not None and value > rule.at_most))


@pytest.mark.parametrize(
    ("line", "sentences"),
    [
        ("It is five words long. It is. He asked: why? Yes!", 4),
        ('She said "I am at home." Then she left the house.', 2),
        ("Mr. Hyde met Dr. Jekyll in the U.S. at 3.5 p.m. or so.", 1),
        ("The price rose by 3 %. nobody knew why it did so.", 2),
        ("这是第一句话。 这是第二句话。 five words are here now.", 3),
    ],
)
def test_sentences_are_those_of_the_sentencizer(line: str, sentences: int) -> None:
    assert run("c4_datatrove_v1", [line])[0][1]["sentences"] == sentences == len(split_into_sentences(line, "eng"))


@pytest.mark.parametrize(
    ("name", "at_the_bound", "beyond"),
    [
        ("c4_v1", "One two three four five. Six! Seven?", "One two three four five. Six!"),
        ("c4_datatrove_v1", "One two. Three. Four. Five. Six.", "One two. Three. Four. Five."),
        ("c4_fineweb_v1", "One two. Three. Four. Five. Six", "One two. Three. Four. Five"),
        ("c4_dclm_v1", "One two three four five. Six! Seven?", "One two three four five... Six!"),
    ],
)
def test_what_stands_at_the_bound_of_sentences_passes(name: str, at_the_bound: str, beyond: str) -> None:
    (rule,) = [rule for rule in ruleset(name).rules if rule.name == "sentences"]
    inside, outside = (counts for _, counts in run(name, [at_the_bound, beyond]))
    assert not breaks(rule, inside) and breaks(rule, outside)
