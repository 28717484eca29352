"""Where a corpus lives: a folder or URI, or a schema of a catalog, and how its tables are called there."""

import re
from dataclasses import dataclass
from pathlib import Path

from thresher.errors import UsageError

_SCHEMA = re.compile(r"[A-Za-z_]\w*\.[A-Za-z_]\w*")


@dataclass(frozen=True)
class Location:
    """A corpus's place: `root` is a folder's absolute path or URI, or a catalog's schema such as `main.web`."""

    root: str
    in_catalog: bool

    def table(self, name: str) -> str:
        """The SQL identifier of the table called `name`, such as `documents` or `curated/1f3a`.

        >>> Location("/data/corpus", in_catalog=False).table("signals/1f3a")
        'delta.`/data/corpus/signals/1f3a`'
        >>> Location("main.web", in_catalog=True).table("signals/1f3a")
        '`main`.`web`.`signals_1f3a`'
        """
        if not self.in_catalog:
            return f"delta.`{self.root}/{name}`"
        flat = name.replace("/", "_").replace("-", "_").replace(".", "_")
        return f"{self.schema}.`{flat}`"

    @property
    def schema(self) -> str:
        """The SQL identifier of the catalog's schema."""
        return ".".join(f"`{part}`" for part in self.root.split("."))

    def file(self, name: str) -> str:
        """The path or URI of a file or folder beside the tables, such as `export/1f3a`; a catalog's schema has none."""
        if self.in_catalog:
            raise UsageError(f"{self.root} is a catalog's schema, which holds no files: say where with --output")
        return f"{self.root}/{name}"


def locate(corpus: str) -> Location:
    """The place that `--corpus` names: `name.name` is a catalog's schema, all else is a folder or a URI.

    >>> locate("main.web").in_catalog, locate("s3://bucket/corpus").root
    (True, 's3://bucket/corpus')
    """
    if not corpus.strip():
        raise UsageError("--corpus is empty: give a folder, a URI or a catalog's schema")
    if _SCHEMA.fullmatch(corpus) and not Path(corpus).is_dir():
        return Location(corpus, in_catalog=True)
    root = corpus if "://" in corpus else str(Path(corpus).expanduser().resolve())
    return Location(root.rstrip("/"), in_catalog=False)
