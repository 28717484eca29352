"""FineWeb-2's rules against datatrove's filters, run as its pipeline runs them, each language by its own settings.

The verdicts here are those of single rules on passages of novels and on short texts joined. Rules that need no words
agree on every document. Where the others differ, words do: `docs/fineweb-2.md` tells how much in which language.
"""

from pathlib import Path

import pytest
from datatrove.data import Document
from datatrove.pipeline.filters import GopherQualityFilter

from thresher.errors import UsageError
from thresher.filters.fineweb_2_v1 import SIGNALS, bounds
from thresher.filters.registry import ruleset
from thresher.language.fineweb_2 import read_settings

from .fineweb_2_oracle import NO_WORDS, RULES, Verdicts, novels, ours, sentences, verdicts

# datatrove asks for a package of their own: jieba, SudachiPy, kiwipiepy, pythainlp, pyvi, indic-nlp-library.
OTHER_TOKENIZERS = ("cmn_Hani", "jpn_Jpan", "kor_Hang", "tha_Thai", "vie_Latn", "hin_Deva")


@pytest.fixture(scope="module")
def judged(data_dir: Path) -> dict[str, Verdicts]:
    """By language: of each document, which rules we break it by, and which datatrove does."""
    books, lines = novels(data_dir, every=2), sentences(data_dir)
    return {
        code: verdicts(code, [*books.get(code, []), *texts])
        for code, texts in lines.items()
        if code not in OTHER_TOKENIZERS
    }


def test_rules_that_need_no_words_agree_on_every_document(judged: dict[str, Verdicts]):
    pairs = [pair for found in judged.values() for pair in found]
    assert not [rule for a, b in pairs for rule in NO_WORDS if a[rule] != b[rule]]
    assert any(theirs["terminal_lines"] for _, theirs in pairs)


def test_nearly_all_verdicts_agree_in_every_language(judged: dict[str, Verdicts]):
    for code, found in judged.items():
        agree = [a[rule] == b[rule] for a, b in found for rule in RULES]
        assert sum(agree) / len(agree) >= 0.995, code


def test_documents_that_either_drops_are_dropped_by_both(judged: dict[str, Verdicts]):
    pairs = [(any(a.values()), any(b.values())) for found in judged.values() for a, b in found]
    either, both = sum(a or b for a, b in pairs), sum(a and b for a, b in pairs)
    assert both / either >= 0.97, (both, either)


def test_a_bound_that_is_just_met_passes_as_it_does_there():
    """Two stop words of two, 50 words of 50, and one less of each."""
    of = read_settings()["ukr_Cyrl"]
    texts = [" ".join([*of.stopwords[:n], *["слово"] * (words - n)]) for n, words in ((2, 50), (1, 50), (2, 49))]
    rules = [{rule for rule, broken in row.items() if broken} for row in ours("ukr_Cyrl", texts)]
    quality = GopherQualityFilter(language="ukr_Cyrl", stop_words=list(of.stopwords))
    reasons = [quality.filter(Document(text, "0")) for text in texts]
    assert [row & {"word_count", "stop_words"} for row in rules] == [set(), {"stop_words"}, {"word_count"}]
    assert reasons == [True, (False, "gopher_enough_stop_words"), (False, "gopher_short_doc")]


def test_zero_switches_off_what_datatrove_leaves_out():
    of = read_settings()["deu_Latn"]
    assert of.min_avg_word_length == 0 and bounds(of)["mean_word_length_at_least"] is None
    limits = bounds(of.model_copy(update={"dup_line_frac": 0, "max_non_alpha_words_ratio": None, "top_n_grams": ()}))
    assert (
        limits["duplicate_lines_at_most"] is limits["alphabetic_words_at_least"] is limits["top_2_gram_at_most"] is None
    )


def test_a_rule_has_each_rows_own_bound_or_the_recipes_one():
    published = {rule.name: rule for rule in ruleset("fineweb_2_v1").rules}
    assert set(published) == {"no_settings", *SIGNALS}
    own = published["top_2_gram"].bounds()["at_most"]
    assert (own.least, own.most) == (0.156, 0.371) and own.column.startswith("fineweb_2_bounds_")  # type: ignore[union-attr]
    changed = {rule.name: rule for rule in ruleset("fineweb_2_v1", {"top_2_gram": {"at_most": 0.3}}).rules}
    assert changed["top_2_gram"].bounds() == {"at_most": 0.3} and changed["stop_words"] == published["stop_words"]


def test_another_folder_is_another_rule(tmp_path: Path):
    source = Path(__file__).parents[2] / "lib/thresher/language/fineweb_2_configs/deu_Latn.yml"
    (tmp_path / "deu_Latn.yml").write_text(source.read_text())
    settings = {"fineweb_2_v1": {"folder": str(tmp_path)}}
    first, again = (ruleset("fineweb_2_v1", settings=settings) for _ in range(2))
    assert first == again != ruleset("fineweb_2_v1")
    with pytest.raises(UsageError, match="there is no folder"):
        ruleset("fineweb_2_v1", settings={"fineweb_2_v1": {"folder": str(tmp_path / "no")}})
