"""A recipe is checked before Spark starts, and what is wrong is one line with the file, the key and the right name."""

from pathlib import Path

import pytest

from thresher.errors import UsageError
from thresher.filters.registry import RULESETS
from thresher.recipe import read_recipe, shipped_recipes


def write(folder: Path, text: str) -> str:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_all_english_filters_are_all_but_those_that_need_lists_or_languages() -> None:
    apart = {"fineweb_2_v1", "badwords_v1", "url_v1", "decontamination_v1"}
    assert set(read_recipe("all-english-filters").filter) == set(RULESETS) - apart


BARE = "name: m\nannotate: {sizes_v1: }\ndedup: null\n"
BY_LANGUAGE = "name: m\nannotate: {language_v1: }\ndedup: null\nfilter: {language_v1: {score: "
MINIMAL = "name: mine\nannotate: {sizes_v1: , exact_v1: , minhash_v1: }\n"
OWN = MINIMAL + "rules: {mine: {short: {signal: sizes_v1.words, "


@pytest.mark.parametrize("name", shipped_recipes())
def test_every_recipe_that_ships_is_right(name: str) -> None:
    recipe = read_recipe(name)
    assert recipe.name == name
    assert {annotator.name for annotator in recipe.annotators} == set(recipe.annotate)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: mine\nanotate: {}\n", "anotate: no setting is called anotate; did you mean annotate?"),
        (
            "name: m\nannotate: {gopher_v1: }\nfilter: {gopher_qualty_v1: }\ndedup: null\n",
            "filter: no rule set is called gopher_qualty_v1; did you mean gopher_quality_v1?",
        ),
        (
            "name: m\nannotate: {gopher_v1: }\nfilter: {gopher_quality_v1: {word_cuont: {at_least: 1}}}\ndedup: null\n",
            "no rule of gopher_quality_v1 is called word_cuont; did you mean word_count?",
        ),
        (
            "name: m\nannotate: {gopher_v1: }\nfilter: {gopher_quality_v1: {word_count: {atleast: 1}}}\ndedup: null\n",
            "no bound of gopher_quality_v1.word_count is called atleast; did you mean at_least?",
        ),
        (MINIMAL + "dedup: {minhash: {bands: many}}\n", "dedup.minhash.bands: Input should be a valid integer"),
        (MINIMAL + "dedup: {minhash: {band: 3}}\n", "no setting is called band; did you mean bands?"),
        (MINIMAL + "dedup: {minhash: {bands: 100, rows: 8}}\n", "bands x rows = 800 permutations"),
        ("name: m\nannotate: {sizes_v1: }\n", "annotate lacks exact_v1, minhash_v1, which filter, rules, dedup or"),
        (
            "name: m\nannotate: {minhash_v1: {ngrams: 3}}\ndedup: null\n",
            "annotate: minhash_v1.ngrams: no setting is called ngrams; did you mean ngram?",
        ),
        (
            BY_LANGUAGE + "{at_least: {en: much}}}}\n",
            "score.at_least must be a number, or numbers by language ({en: 0.65, default: 0.7}) (got {'en': 'much'})",
        ),
        (BY_LANGUAGE + "{at_least: {}}}}\n", "score.at_least must be a number, or numbers by language"),
        (BY_LANGUAGE + "{at_least: yes}}}\n", "score.at_least must be a number, or numbers by language"),
        (BY_LANGUAGE + "{at_least: .nan}}}\n", "score.at_least must be a number, or numbers by language"),
        (
            BY_LANGUAGE + "{at_least: {english: 0.2}}}}\n",
            "language_v1's model knows no language english; it has en, ",
        ),
        (
            BY_LANGUAGE + "{at_least: {deu: 0.2}}}}\n",
            "language_v1's model knows no language deu; it has en, ",
        ),
        (
            BY_LANGUAGE + "{one_of: [en]}}}\n",
            "language_v1.score is bounded by at_least, at_most, above, below, not by one_of",
        ),
        (
            BY_LANGUAGE.replace("score", "language") + "{at_least: 1}}}\n",
            "language_v1.language is bounded by one_of, none_of, not by at_least",
        ),
        (
            BY_LANGUAGE.replace("score", "language") + "{one_of: en}}}\n",
            "language_v1.language.one_of must be a list of labels (got 'en')",
        ),
        (MINIMAL + "no: 1\n", "a key: YAML takes no, yes, off and on for false and true"),
        (OWN + "at_least: {}}}}\n", "rules.mine.short.at_least: must be a number, or numbers by language"),
        (
            OWN + "at_least: abc}}}\n",
            "short.at_least: must be a number, or numbers by language ({en: 0.65, default: 0.7}) (got 'abc')",
        ),
        (OWN + "one_of: en}}}\n", "rules.mine.short.one_of: must be a list of labels (got 'en')"),
        (OWN + "at_least: 3, one_of: [en]}}}\n", "at_least bounds a number and one_of a label: make two rules of them"),
        (OWN.replace("short", "a.b") + "at_least: 3}}}\n", "a.b: give your rules a name of letters and digits"),
        (
            BY_LANGUAGE + "{at_least: {no: 0.5}}}}\n",
            "filter.language_v1.score.at_least: YAML takes no, yes, off and on",
        ),
        (BY_LANGUAGE + "{at_least: [en]}}}\n", "language_v1.score.at_least must be a number, or numbers by language"),
        (MINIMAL + "edit: [c4_v1]\n", "annotate lacks c4_v1, which edit names"),
        (MINIMAL + "lines: {unit: word}\n", "lines.unit: Input should be 'line' or 'paragraph' (got 'word')"),
        (MINIMAL + "lines: {at_lest: 3}\n", "no setting is called at_lest; did you mean at_least?"),
        (MINIMAL + "lines: {at_least: 2, keep: 2}\n", "lines: keep: 2 documents keep what at_least 2 have"),
        (MINIMAL + "lines: {at_most_cut: 0}\n", "lines.at_most_cut: Input should be greater than 0"),
        (
            "name: m\nannotate: {c4_v1: , repair_v1: }\nedit: [repair_v1, c4_v1]\ndedup: null\n",
            "edit: repair_v1 comes last",
        ),
        (
            "name: m\nannotate: {fold: {annotator: minhash_v2}}\ndedup: null\n",
            "annotate: no annotator is called minhash_v2; did you mean minhash_v1?",
        ),
        (
            "name: m\nannotate: {gopher_v1: {annotator: sizes_v1}}\ndedup: null\n",
            "annotate: gopher_v1: give it a name of letters and digits that no annotator, setting or column has",
        ),
        ("name: m\nannotate: {doc_id: {annotator: sizes_v1}}\ndedup: null\n", "doc_id: give it a name of letters"),
        ("name: m\nannotate: {fold: {annotator: minhash_v1, gram: 3}}\ndedup: null\n", "gram"),
        (MINIMAL + "edit: [sizes_v1]\n", "edit: sizes_v1 measures a text and leaves it as it is"),
        (
            "name: m\nannotate: {sizes_v1: {edited: true}}\ndedup: null\n",
            "annotate.sizes_v1.edited: the recipe has no edit",
        ),
        (
            "name: m\nannotate: {sizes_v1: {edited: 3}}\ndedup: null\n",
            "sizes_v1.edited is true, false or the name of an edit, not 3",
        ),
        (
            BARE + "rules: {mine: {long: {signal: sizes_v1.byte, at_most: 9}}}\n",
            "rules.mine.long: no signal of this recipe is called sizes_v1.byte; did you mean sizes_v1.bytes?",
        ),
        (
            BARE + "rules: {mine: {long: {signal: sizes_v1.bytes, at_mots: 9}}}\n",
            "rules.mine.long.at_mots: no setting is called at_mots; did you mean at_most?",
        ),
        ("name: m\nannotate: {sizes_v1: }\n filter: {}\n", ", line 3, column 2: expected <block end>"),
        (
            BARE + "rules: {mine: {long: {signal: sizes_v1.bytes}}}\n",
            "rules.mine.long: a rule needs a bound: one of at_least, at_most",
        ),
        (
            BARE + "rules: {c4_v1: {long: {signal: sizes_v1.bytes, at_most: 9}}}\n",
            "c4_v1: give your rules a name of letters and digits that no published rule set has",
        ),
        ("- a\n- b\n", "a recipe is a mapping of settings, this is list"),
        ("name: [\n", ", line 2, column 1: "),
    ],
)
def test_what_is_wrong_is_one_line_that_names_it(tmp_path: Path, text: str, expected: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(UsageError) as caught:
        read_recipe(path)
    message = str(caught.value)
    assert message.startswith(path)
    assert expected in message
    assert "\n" not in message


def test_an_unknown_recipe_is_told_the_nearest() -> None:
    with pytest.raises(UsageError, match="no recipe is called fineweb_en; did you mean fineweb-en"):
        read_recipe("fineweb_en")
    with pytest.raises(UsageError, match=r"nowhere\.yaml"):
        read_recipe("nowhere.yaml")


def test_settings_are_changed_by_path_or_by_the_name_of_a_rule_set() -> None:
    recipe = read_recipe(
        "fineweb-en", ["gopher_quality_v1.word_count.at_least=20", "dedup.minhash.bands=9", "minhash_v1.seed=7"]
    )
    word_count = next(rule for rule in recipe.rulesets[1].rules if rule.name == "word_count")
    assert (word_count.at_least, word_count.at_most) == (20, 100_000)
    assert recipe.dedup is not None and recipe.dedup.minhash is not None
    assert recipe.dedup.minhash.bands == 9
    assert recipe.annotate["minhash_v1"]["seed"] == 7
    assert recipe.changed(["dedup.exact=false"]).dedup.exact is False  # type: ignore[union-attr]


@pytest.mark.parametrize("change", ["dedup", "=3", "gopher_quality_v1.word_cont.at_least=20", "name.first=1"])
def test_a_wrong_change_is_a_clear_error(change: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_recipe("fineweb-en", [change])
    assert "\n" not in str(caught.value)


def test_an_annotator_may_measure_twice_under_names_of_ones_own(tmp_path: Path) -> None:
    path = write(tmp_path, MINIMAL.replace("}", ", folds: {annotator: minhash_v1, ngram: 3}}"))
    annotators = {annotator.name: annotator for annotator in read_recipe(path, ["folds.seed=7"]).annotators}
    assert list(annotators) == ["sizes_v1", "exact_v1", "minhash_v1", "folds"]
    assert annotators["folds"].settings == {"ngram": 3, "permutations": 112, "seed": 7, "annotator": "minhash_v1"}
    assert annotators["minhash_v1"].settings == {"ngram": 5, "permutations": 112, "seed": 1}


def test_an_edit_may_have_a_name_of_ones_own(tmp_path: Path) -> None:
    text = "name: m\nannotate: {c4_cuts: {annotator: c4_v1}, mend: {annotator: repair_v1}}\nedit: [%s]\ndedup: null\n"
    assert [edit.name for edit in read_recipe(write(tmp_path, text % "c4_cuts, mend")).edits] == ["c4_cuts", "mend"]
    with pytest.raises(UsageError, match="repair_v1 comes last"):
        read_recipe(write(tmp_path, text % "mend, c4_cuts"))


def test_an_annotator_that_cannot_be_imported_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, "name: m\nannotate: {nowhere.signals:shouting_v1: }\ndedup: null\n")
    with pytest.raises(UsageError, match=r"annotator nowhere\.signals:shouting_v1 cannot be imported .*PYTHONPATH"):
        read_recipe(path)
