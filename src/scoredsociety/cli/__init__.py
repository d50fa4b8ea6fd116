"""The command line: a thin door to the same rooms as the Python one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

import scoredsociety
from scoredsociety.cli import (
    along,
    auditing,
    branching,
    claims,
    folders,
    guarding,
    reading,
    running,
    spirals,
    survey,
    sweeping,
)
from scoredsociety.cli import card as card_
from scoredsociety.cli import country as country_
from scoredsociety.cli import lives as lives_

__all__ = ["app", "main"]

app = typer.Typer(
    name="scoredsociety",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
COMMANDS = (
    (running.run, "Let a regime act on a simulated society."),
    (country_.country, "Simulate a whole country; keep sums and a sample."),
    (country_.merge, "Join the shards of a country."),
    (running.compare, "Compare regimes, or one with and without safeguards."),
    (branching.branch, "Go on from a policy date under several regimes."),
    (along.line, "Walk from one regime to another in equal steps."),
    (guarding.safeguards, "Compare safeguards: alone, in pairs, all together."),
    (spirals.spiral, "Measure how far entries breed entries, in every form."),
    (sweeping.sweep, "Draw every assumed number over its range."),
    (running.report, "Write the report of finished runs as one HTML file."),
    (survey.survey, "Ask the simulated people what a survey asks."),
    (auditing.audit, "Write the audit of finished runs as tables, JSON and Markdown."),
    (card_.card, "Print the cards of the EU AI Act, Art. 5(1)(c) and Art. 27."),
    (claims.claims, "Put the claims of the sources to the test."),
    (folders.verify, "Check that no file of a run was changed."),
    (folders.life, "Print the diary of one synthetic person."),
    (lives_.lives, "Say how many lives differ between two regimes, and tell a few twice."),
    (reading.schemes, "List schemes, regimes and safeguards."),
    (reading.show, "Print the card of one of them."),
    (reading.check, "Check YAML files of your own."),
    (reading.schema, "Print a JSON Schema of the files, for editors."),
    (reading.schedule, "Print the steps of a month, in order."),
    (reading.measures, "List what is measured."),
)
for command, summary in COMMANDS:
    app.command(short_help=summary)(command)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"scoredsociety {scoredsociety.__version__}")
        raise typer.Exit


@app.callback()
def doors(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Every person in here is simulated, and nobody real is ever scored.

    A laboratory for published social credit schemes: it lets them act on a synthetic society,
    month by month, and says what they did to people. Begin with:
    scoredsociety run fragmented-2018
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and leave with its exit code.

    Whatever a user can mend (a faulty file, a number out of range, a full disk) is told in
    plain words on the standard error, with exit code 2. A mistake of ours keeps its traceback.
    """
    stop = "Stopped. What was finished stays; nothing half-made is left."
    try:
        app(args=arguments, prog_name="scoredsociety")
    except KeyboardInterrupt:
        _leave(stop, 130)
    except SystemExit as leaving:
        if leaving.code == 130:  # Typer's answer to Ctrl-C
            _leave(stop, 130)
        raise
    except Exception as error:
        told = _told(error)
        if told is None:
            raise
        _leave(told, 2)


def _leave(message: str, code: int) -> None:
    sys.stdout.flush()
    typer.echo(message, err=True)
    raise SystemExit(code) from None


def _told(error: Exception) -> str | None:
    """Return what to tell the user, or None if the mistake is ours."""
    from scoredsociety.schemes.errors import SchemeError

    if isinstance(error, SchemeError):
        return str(error)
    if isinstance(error, MemoryError):
        return "There is not enough memory for this. Ask for fewer people or replicates."
    if isinstance(error, OSError):
        what = f"{error.filename}: " if error.filename else ""
        return f"Error: {what}{error.strerror or error}."
    from scoredsociety.engine import EngineError
    from scoredsociety.opinion.errors import OpinionError
    from scoredsociety.study import StudyError

    if isinstance(error, (StudyError, EngineError, OpinionError)):
        text = str(error)
        whole = text.endswith((".", "?", "!")) or text.rpartition("\n")[2].startswith("  ")
        return f"Error: {text}" + ("" if whole else ".")  # no point after a command to copy
    return None
