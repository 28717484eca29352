"""The command `thresher`: a subcommand a stage, the whole run, and the questions one asks of a corpus.

Arguments and recipes are checked before Spark starts. What is a person's to mend ends in one line: exit code 2 for a
wrong option or recipe, 1 for what went wrong later.
"""

import logging
import sys

import typer
from rich.logging import RichHandler

from thresher.errors import ThresherError, UsageError
from thresher.progress import console as errors
from thresher_jobs import cli_ask, cli_stages

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"max_content_width": 120},
    help="Raw web text in, an explained and deduplicated training corpus out.",
)
for command in (*cli_stages.COMMANDS, *cli_ask.COMMANDS):
    app.command()(command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; the process ends here where something went wrong."""
    _log_to_stderr()
    code = _exit_code(sys.argv[1:] if arguments is None else arguments)
    if code:  # Databricks takes any SystemExit for a failure, 0 too
        sys.exit(code)


def script(stage: str) -> None:
    """Run one stage as `spark-submit jobs/STAGE.py OPTIONS` does."""
    main([stage, *sys.argv[1:]])


def _exit_code(arguments: list[str]) -> int:
    try:
        app(arguments, prog_name="thresher")
    except ThresherError as error:
        errors.print(f"thresher: {error}", style="red", highlight=False, markup=False, soft_wrap=True)
        return 2 if isinstance(error, UsageError) else 1
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


def _log_to_stderr() -> None:
    handler: logging.Handler = logging.StreamHandler()  # whole lines, where nobody looks at a terminal
    if errors.is_terminal:
        handler = RichHandler(console=errors, show_path=False, show_level=False, markup=False, highlighter=None)
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[handler])
    for ours in ("thresher", "thresher_jobs"):
        logging.getLogger(ours).setLevel(logging.INFO)


if __name__ == "__main__":
    main()
