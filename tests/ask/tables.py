"""The tables of a corpus as delta-rs reads them: the oracle that shares no code with what is tested."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder

from thresher.corpus import Corpus


def frame(corpus: Corpus, table: str, sql: str = "select * from t") -> pd.DataFrame:
    """A table's rows; deletion vectors are honoured."""
    reader = QueryBuilder().register("t", DeltaTable(str(Path(corpus.location.root) / table))).execute(sql)
    return pa.table(reader.read_all()).to_pandas()


def verdicts(corpus: Corpus, recipe: str) -> pd.DataFrame:
    """The verdicts of one recipe."""
    return frame(corpus, "verdicts", f"select * from t where recipe = '{recipe}'")
