"""All annotators by name, and from a recipe's settings to annotators that are ready to measure.

An annotator's settings are the keyword arguments of its factory, checked by their type hints. A name with a colon is a
user's own: the import path of a factory, `package.module:function`. Any other name may say by the setting `annotator`
which annotator it stands for: so one annotator can measure under several settings, each in a column of its own name.
"""

import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, create_model

from thresher.annotators.base import Annotator
from thresher.errors import UsageError

ANNOTATORS = {
    "sizes_v1": "thresher.annotators.sizes:sizes_v1",
    "language_v1": "thresher.annotators.language:language_v1",
    "classifier_v1": "thresher.annotators.classifier:classifier_v1",
    "script_v1": "thresher.annotators.script:script_v1",
    "gopher_v1": "thresher.annotators.gopher:gopher_v1",
    "gopher_dolma_v1": "thresher.annotators.gopher_dolma:gopher_dolma_v1",
    "gopher_dclm_v1": "thresher.annotators.gopher_dclm:gopher_dclm_v1",
    "repetition_v1": "thresher.annotators.repetition:repetition_v1",
    "repetition_dclm_v1": "thresher.annotators.repetition_dclm:repetition_dclm_v1",
    "fineweb_v1": "thresher.annotators.fineweb:fineweb_v1",
    "fineweb_2_v1": "thresher.annotators.fineweb_2:fineweb_2_v1",
    "c4_v1": "thresher.annotators.c4:c4_v1",
    "c4_datatrove_v1": "thresher.annotators.c4:c4_datatrove_v1",
    "c4_fineweb_v1": "thresher.annotators.c4:c4_fineweb_v1",
    "c4_dclm_v1": "thresher.annotators.c4:c4_dclm_v1",
    "mc4_v1": "thresher.annotators.mc4:mc4_v1",
    "addresses_dclm_v1": "thresher.annotators.addresses_dclm:addresses_dclm_v1",
    "refinedweb_lines_v1": "thresher.annotators.refinedweb:refinedweb_lines_v1",
    "badwords_v1": "thresher.annotators.badwords:badwords_v1",
    "url_v1": "thresher.annotators.url:url_v1",
    "url_key_v1": "thresher.annotators.url_key:url_key_v1",
    "pii_v1": "thresher.annotators.pii:pii_v1",
    "decontamination_v1": "thresher.annotators.decontamination:decontamination_v1",
    "repair_v1": "thresher.annotators.repair:repair_v1",
    "exact_v1": "thresher.annotators.exact:exact_v1",
    "minhash_v1": "thresher.annotators.minhash:minhash_v1",
}


def make(name: str, settings: Mapping[str, Any]) -> Annotator:
    """The annotator called `name` under these settings; settings that it does not know raise pydantic's error.

    The setting `annotator` says which one is meant where `name` is a name of the user's own.

    >>> make("fold", {"annotator": "minhash_v1", "ngram": 3}).name
    'fold'
    """
    kind, own = kind_of(name, settings)
    made = _factory(kind)(**settings_model(kind)(**own).model_dump())
    if kind == name:
        return made
    return replace(made, name=name, settings={**made.settings, "annotator": kind})


def kind_of(name: str, settings: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Which annotator is meant by a name and its settings, and the settings that are that annotator's own.

    >>> kind_of("quality", {"annotator": "classifier_v1", "label": "hq"})
    ('classifier_v1', {'label': 'hq'})
    """
    own = dict(settings)
    return str(own.pop("annotator", name)), own


def settings_model(name: str) -> type[BaseModel]:
    """The settings that an annotator takes, as a pydantic model made from its factory's signature."""
    fields: dict[str, Any] = {
        parameter.name: (parameter.annotation, ... if parameter.default is parameter.empty else parameter.default)
        for parameter in inspect.signature(_factory(name)).parameters.values()
    }
    return create_model(name, __config__=ConfigDict(extra="forbid", frozen=True), **fields)


def _factory(name: str) -> Callable[..., Annotator]:
    module, _, function = ANNOTATORS.get(name, name).partition(":")
    try:
        return cast(Callable[..., Annotator], getattr(importlib.import_module(module), function))
    except (ImportError, AttributeError) as error:
        raise UsageError(
            f"annotator {name} cannot be imported ({error}); its name is the import path of a function, "
            "package.module:function, and the package must be where Python looks for it (PYTHONPATH)"
        ) from error
