"""The report as one HTML file: no script, nothing fetched, corpus text only ever as escaped text."""

from thresher.ask.shown import escaped
from thresher.report.gather import Gathered


def render(gathered: Gathered) -> str:
    """The whole page."""
    return f"<!doctype html><title>{escaped(gathered.recipe.name)}</title>{gathered.funnel._repr_html_()}"
