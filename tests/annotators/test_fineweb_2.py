"""FineWeb-2's settings by language: read as published, found by either model's labels, measured in the same pass."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
import yaml

from thresher.annotators.fineweb_2 import fineweb_2_v1
from thresher.annotators.gopher import gopher_v1
from thresher.annotators.order import in_order
from thresher.annotators.registry import make
from thresher.errors import UsageError
from thresher.language.fasttext_model import load
from thresher.language.fineweb_2 import read_settings
from thresher.language.labels import LID_176, names_of
from thresher.language.word_rules import word_rules
from thresher.recipe import read_recipe

GERMAN = Path(__file__).parents[2] / "lib/thresher/language/fineweb_2_configs/deu_Latn.yml"


def language(*labels: str | None) -> pa.Array:
    return pa.array([None if label is None else {"label": label, "score": 0.5} for label in labels], LANGUAGE)


LANGUAGE = pa.struct([("label", pa.string()), ("score", pa.float32())])


def folder_with(folder: Path, **changes: object) -> Path:
    """A folder of the German settings with some changed; None takes a key away."""
    content = {**yaml.safe_load(GERMAN.read_text()), **changes}
    (folder / "deu_Latn.yml").write_text(yaml.safe_dump({k: v for k, v in content.items() if v is not None}))
    return folder


def test_the_packaged_files_are_as_published():
    for code, of in read_settings().items():
        assert [n for n, _ in of.top_n_grams] == [2, 3, 4] and [n for n, _ in of.dup_n_grams] == [5, 6, 7, 8, 9, 10]
        assert len(of.stopwords) >= 8 and 0.3 <= of.language_score <= 0.9, code
    # The layout is PyYAML's, so that a changed figure shows as a changed file.
    for path in GERMAN.parent.glob("*.yml"):
        assert path.read_text() == yaml.safe_dump(yaml.safe_load(path.read_text()))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"language_score": None}, "language_score is missing; fetch the file's newest version"),
        ({"stop_words": ["der"]}, "stop_words is no setting of FineWeb-2; those are language_score, "),
        ({"stopwords": ["der", False]}, "stopwords.1 is False, not a word; put it in quotes"),
        ({"new_line_ratio": "much"}, "new_line_ratio: Input should be a valid number"),
        ({"line_punct_thr": float("nan")}, "line_punct_thr: Input should be a finite number"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(changes: dict[str, object], expected: str, tmp_path: Path):
    with pytest.raises(UsageError) as told:
        read_settings(folder_with(tmp_path, **changes))
    assert str(told.value).startswith(f"{tmp_path / 'deu_Latn.yml'}: ") and expected in str(told.value)


def test_a_folder_that_is_missing_empty_or_broken_is_told(tmp_path: Path):
    with pytest.raises(UsageError, match=r"there is no folder .*missing; give as `folder`"):
        read_settings(tmp_path / "missing")
    with pytest.raises(UsageError, match=r"holds no file LANGUAGE_SCRIPT\.yml"):
        read_settings(tmp_path)
    (tmp_path / "deu_Latn.yml").write_text("[1, 2")
    with pytest.raises(UsageError, match=r"deu_Latn.yml: .*; fetch it again"):
        read_settings(tmp_path)
    (tmp_path / "deu_Latn.yml").write_text("just text")
    with pytest.raises(UsageError, match=r"deu_Latn.yml: the file: "):
        read_settings(tmp_path)


def test_a_changed_file_is_read_again(tmp_path: Path):
    assert read_settings(folder_with(tmp_path))["deu_Latn"].language_score == 0.821
    assert read_settings(folder_with(tmp_path, language_score=0.5))["deu_Latn"].language_score == 0.5


def test_labels_of_both_models_find_their_settings():
    labels = load(make("language_v1", {}).files[0]).labels
    assert set(labels) - set(LID_176) == {"sh"} and set(LID_176) <= set(labels)
    every = {name for names in LID_176.values() for name in names}
    assert names_of("als", every) == ("gsw_Latn", "gsw_Latn") != names_of("als_Latn", {*every, "als_Latn"})
    assert names_of("zh", every)[0] == "cmn_Hani" and names_of("no", every)[0] == "nob_Latn"
    assert names_of("fa", every)[0] == "fas_Arab" and names_of("sq", every)[0] == "als_Latn"
    assert names_of("uz", {"uzn_Cyrl"}) == ("uzn_Cyrl", "uzn_Cyrl")


def test_the_script_decides_where_a_label_has_two():
    measured = fineweb_2_v1().measure(
        pa.array(["Он је дошао да види", "On je došao da vidi", "1, 2", None]), language("sr", "sr", "sr", None)
    )
    assert measured.field("settings").to_pylist()[:3] == ["srp_Cyrl", "srp_Latn", "srp_Cyrl"]
    assert measured.to_pylist()[0]["stop_words"] == 2 and measured.to_pylist()[3] is None


def test_words_are_those_of_gopher_where_they_are_cut_as_english_ones():
    texts = pa.array(["Ні, це будь-що інше!", "будь-що", ""])
    assert word_rules("ukr_Cyrl") == 0
    ours, gopher = fineweb_2_v1().measure(texts, language("uk", "uk", "uk")), gopher_v1().measure(texts)
    for field in ("words", "mean_word_length", "alphabetic_words"):
        assert ours.field(field).to_pylist() == gopher.field(field).to_pylist()


def test_each_document_is_cut_by_its_own_language():
    text = "Le porte-voix d'ici 1."
    rows = fineweb_2_v1().measure(pa.array([text] * 4), language("fr", "pt", "de", "uk")).to_pylist()
    # le porte - voix d' ici 1 . | le porte-voix d'ici 1 . | … 1. | le porte - voix d'ici 1 .
    assert [row["alphabetic_words"] for row in rows] == [5 / 8, 3 / 5, 3 / 4, 4 / 7]


def test_a_language_without_settings_and_no_language_at_all():
    rows = fineweb_2_v1().measure(pa.array(["The fox", "", "x"]), language("en", "und", "deu_Latn")).to_pylist()
    assert [row["settings"] for row in rows] == ["none", "none", "deu_Latn"]
    assert rows[0]["words"] is None and rows[0]["stop_words"] is None and rows[2]["stop_words"] == 0
    assert fineweb_2_v1().measure(pa.array([], pa.string()), language()).to_pylist() == []


def test_english_settings_of_ones_own_are_found_by_either_models_label(tmp_path: Path):
    english = {**yaml.safe_load(GERMAN.read_text()), "stopwords": ["the", "and", "of"]}
    (tmp_path / "eng_Latn.yml").write_text(yaml.safe_dump(english))
    rows = fineweb_2_v1(tmp_path).measure(pa.array(["the fox and the hen"] * 2), language("en", "eng_Latn")).to_pylist()
    assert [(row["settings"], row["stop_words"]) for row in rows] == [("eng_Latn", 2)] * 2


def test_only_stop_words_are_part_of_the_identity(tmp_path: Path):
    first = fineweb_2_v1(folder_with(tmp_path)).settings
    assert fineweb_2_v1(folder_with(tmp_path, language_score=0.5)).settings == first
    assert fineweb_2_v1(folder_with(tmp_path, stopwords=["der", "die"])).settings != first


def test_the_language_model_is_part_of_the_identity_and_runs_once():
    recipe = read_recipe("fineweb-2")
    last = next(annotator for annotator in recipe.annotators if annotator.name == "fineweb_2_v1")
    assert set(last.settings) == {"stop_words", "of"} and last.files == make("language_v1", {}).files
    assert recipe.annotators[1].name == "language_v1"


def test_annotators_run_after_their_inputs():
    made = in_order([make("fineweb_2_v1", {}), make("sizes_v1", {}), make("language_v1", {})])
    assert [annotator.name for annotator in made] == ["sizes_v1", "language_v1", "fineweb_2_v1"]
    one, other = (replace(made[0], name=name, inputs=(source,)) for name, source in (("a", "b"), ("b", "a")))
    with pytest.raises(UsageError, match="annotators a, b need each other"):
        in_order([one, made[1], other])


def test_a_recipe_without_the_language_is_told(tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\nannotate: {fineweb_2_v1: }\ndedup: null\n")
    with pytest.raises(UsageError, match="annotate lacks language_v1, which fineweb_2_v1 needs: add it there"):
        read_recipe(str(path))
