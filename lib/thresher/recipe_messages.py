"""What is told of a recipe that is wrong: one line, with the key and the nearest right name."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

_TYPES = ("int", "float", "str", "bool")  # as pydantic names them, beside list[str] and the like, in a union


def require(name: str, known: Sequence[str] | Mapping[str, Any], what: str) -> None:
    """Raise ValueError where a name is not among those that are known.

    >>> require("top_2_grams", ["top_2_gram", "top_3_gram"], "rule")
    Traceback (most recent call last):
    ValueError: no rule is called top_2_grams; did you mean top_2_gram?
    """
    if name not in known:
        raise ValueError(unknown(name, list(known), what))


def unknown(name: str, known: Sequence[str], what: str) -> str:
    """That a name is not known, and the nearest that is, or some that are.

    >>> unknown("x", ["at_least", "at_most"], "bound")
    'no bound is called x; there are at_least, at_most'
    """
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
    return f"no {what} is called {name}; {hint}"


def one_line(error: ValidationError, model: type[BaseModel]) -> str:
    """The first of a model's errors: where, what, and the value.

    >>> from pydantic import create_model
    >>> model = create_model("Lines", at_least=(int, 3))
    >>> try:
    ...     model(at_least="much")
    ... except ValidationError as error:
    ...     one_line(error, model)
    "at_least: Input should be a valid integer, unable to parse string as an integer (got 'much')"
    """
    # A name that is wrong is told before the one that is missing because of it, and a value before what holds it.
    first = min(error.errors(), key=lambda f: (f["type"] != "extra_forbidden", isinstance(f["input"], dict)))
    where = ".".join(str(part) for part in first["loc"] if "[" not in str(part) and part not in _TYPES)
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        message = unknown(str(first["loc"][-1]), _keys_beside(first["loc"], model), "setting")
    elif not isinstance(first["input"], dict | BaseModel):
        message = f"{message} (got {first['input']!r})"
    return f"{where}: {message}" if where else message


def _keys_beside(loc: tuple[int | str, ...], model: type[BaseModel]) -> list[str]:
    """The settings of this model that are known where an unknown one stands."""
    kind: Any = model
    for part in loc[:-1]:
        values = _values_of(kind)
        kind = values or _model_of(kind).model_fields[str(part)].annotation
    return list(_model_of(kind).model_fields)


def _model_of(kind: Any) -> type[BaseModel]:
    """The settings that a type is, or may be."""
    return next(a for a in (kind, *get_args(kind)) if isinstance(a, type) and issubclass(a, BaseModel))


def _values_of(kind: Any) -> Any:
    """What a mapping's values are; None where a type is no mapping."""
    return get_args(kind)[1] if get_origin(kind) is dict else None
