"""The audit of a corpus that went through the whole job: what it compares, how it shows itself, what it refuses."""

import math

import pytest

from thresher.ask.audit import audit_dedup
from thresher.corpus import Corpus
from thresher.errors import ThresherError, UsageError
from thresher.notebook import NotebookCorpus
from thresher.recipe import read_recipe
from thresher.runs import Runs
from thresher_jobs import cli

from .tables import frame, verdicts

BARE = read_recipe("minhash-only")


def test_it_compares_what_dedup_compared(asked: Corpus) -> None:
    gopher = read_recipe("gopher")
    found = audit_dedup(asked, Runs(asked), gopher, sample=40, seed=1)
    dropped = verdicts(asked, "gopher")
    gone = set(dropped[(dropped.stage == "filter") | (dropped.rule == "dedup.exact")].doc_id)
    signed = frame(asked, f"signals/{Runs(asked).of('annotate', None)[-1].fingerprint}", "select * from t")
    have = {row.doc_id for row in signed.itertuples() if row.minhash_v1 and row.minhash_v1["signature"] is not None}
    assert (found.sample, found.compared) == (40, len(have - gone))
    assert found.read == len(signed) > found.compared


def test_of_all_documents_every_cluster_mate_is_counted(asked: Corpus) -> None:
    found = NotebookCorpus(asked.spark, asked.location).audit_dedup("minhash-only", floor=0.5)
    clusters = frame(asked, "duplicates", "select * from t where recipe = 'minhash-only' and method = 'minhash'")
    sizes = clusters.groupby("cluster_id").doc_id.count()
    assert found.sample == found.compared and found.mates == (sizes * (sizes - 1) // 2).sum()
    table = found.table
    assert table["from"].tolist() == pytest.approx([n / 20 for n in range(10, 21)])
    assert table.pairs.sum() > 100 and table.precision.is_monotonic_decreasing
    assert table.precision[0] == 1 - found.below / found.mates
    high = table[(table["from"] >= 0.9) & (table.pairs > 0)]
    assert (high.met > 0.9).all() and (high.met_low < high.met).all() and (high.together >= high.met).all()
    assert math.isnan(table.met[table.pairs == 0].max()) or (table.pairs > 0).all()


def test_it_shows_itself_and_writes_nothing(asked: Corpus) -> None:
    versions = [asked.version(table) for table in ("duplicates", "runs", "documents")]
    found = audit_dedup(asked, Runs(asked), BARE, sample=30, seed=2, floor=0.4)
    assert found == audit_dedup(asked, Runs(asked), BARE, sample=30, seed=2, floor=0.4)
    shown = " ".join(str(found).split())
    for told in ("14 bands of 8", "Sampled 30 of", "(seed 2)", "alike by 0.4 or more in their runs of 5 words"):
        assert told in shown and told in found._repr_html_()
    assert "below 0.4" in shown and "0.95 to 1.00" in shown
    assert versions == [asked.version(table) for table in ("duplicates", "runs", "documents")]


def test_what_cannot_be_audited_is_said(asked: Corpus) -> None:
    runs = Runs(asked)
    with pytest.raises(UsageError, match=r"recipe minhash-only has no dedup\.minhash"):
        audit_dedup(asked, runs, read_recipe("minhash-only", ["dedup.minhash=null"]))
    with pytest.raises(ThresherError, match=r"dedup of recipe c4-en has not run .*thresher run c4-en"):
        audit_dedup(asked, runs, read_recipe("c4-en"))
    for change in ("dedup.minhash.bands=9", "dedup.minhash.verify={at_least: 0.8}"):
        with pytest.raises(ThresherError, match="ran under other settings"):
            audit_dedup(asked, runs, read_recipe("minhash-only", [change]))
    with pytest.raises(ThresherError, match="ran under other settings"):
        audit_dedup(asked, runs, read_recipe("gopher", ["gopher_quality_v1.word_count.at_least=9"]))
    with pytest.raises(UsageError, match="1 to 20,000"):
        audit_dedup(asked, runs, BARE, sample=0)
    with pytest.raises(UsageError, match="above 0 and at most 1"):
        audit_dedup(asked, runs, BARE, floor=0)


def test_the_command_line_tells_in_one_line(asked: Corpus, capfd: pytest.CaptureFixture[str]) -> None:
    where = ["--corpus", asked.location.root]
    assert _said(["audit-dedup", "minhash-onyl", *where], capfd) == (2, "did you mean minhash-only?")
    assert _said(["audit-dedup", "minhash-only", "--set", "dedup.minhash=null", *where], capfd)[0] == 2
    assert _said(["audit-dedup", "c4-en", *where], capfd) == (1, "has not run on this corpus")
    cli.main(["audit-dedup", "minhash-only", "--sample", "20", "--floor", "0.5", *where])
    assert "Sampled 20 of" in capfd.readouterr().out


def _said(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit code, and which of the expected messages the one line of stderr holds."""
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    (line,) = [line for line in capfd.readouterr().err.splitlines() if line.startswith("thresher:")]
    told = next((m for m in ("did you mean minhash-only?", "has not run on this corpus") if m in line), line)
    return int(str(end.value.code)), told
