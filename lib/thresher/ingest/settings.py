"""What a user may set about reading: column names, the parser and its limits."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

FIELDS = ("text", "id", "url", "date")


class IngestSettings(BaseModel):
    """How input files become documents; all of it is part of the stage's fingerprint.

    `columns` says which column of a JSONL, Parquet or Delta input holds a field (`text`, `id`, `url`, `date`); a field
    that is not named there is looked for under its own name. `html_parser` is `resiliparse`, `trafilatura`, or
    `module:function` for a function of the page's bytes and its Content-Type (or None) that returns text.

    >>> IngestSettings(columns={"text": "content"}).column("text"), IngestSettings().column("text")
    ('content', 'text')
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    dataset: str = "default"
    columns: dict[str, str] = Field(default_factory=dict)
    html_parser: Literal["resiliparse", "trafilatura"] | str = "resiliparse"
    parser_seconds: float = Field(default=10.0, gt=0)
    parser_memory_bytes: int = Field(default=4 << 30, ge=256 << 20)
    max_record_bytes: int = Field(default=32 << 20, ge=1)
    raw_bytes: int = Field(default=1000, ge=0)

    @field_validator("columns")
    @classmethod
    def _known_fields(cls, columns: dict[str, str]) -> dict[str, str]:
        for field in columns:
            if field not in FIELDS:
                raise ValueError(f"there is no field {field!r}; the fields are {', '.join(FIELDS)}")
        return columns

    @field_validator("html_parser")
    @classmethod
    def _known_parser(cls, parser: str) -> str:
        module, _, function = parser.partition(":")
        if parser not in ("resiliparse", "trafilatura") and not (module and function):
            raise ValueError(f"{parser!r} is neither resiliparse nor trafilatura nor module:function")
        return parser

    def column(self, field: str) -> str:
        """The input column that holds `field`."""
        return self.columns.get(field, field)
