"""Command line: ``tauscope`` and its commands. Qt is imported only where a window opens."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tauscope.app import cli_scans
from tauscope.app.cli_kit import EXPERIMENTS, AsJson, ExperimentName, PresetName, Quiet
from tauscope.app.cli_kit import finish as _finish
from tauscope.app.cli_open import check_target, open_window
from tauscope.app.cli_output import Output
from tauscope.engine.errors import BadInput, Cancelled, TauscopeError, unknown_name

DONE, FAILED, BAD_INPUT, BLOWN_UP, INTERRUPTED = 0, 1, 2, 3, 130

_CLICK_ERROR: type[Exception] = next(
    kind
    for kind in typer.BadParameter.__mro__
    if issubclass(kind, Exception) and kind.__name__ == "ClickException"
)


class _Commands(TyperGroup):
    """Commands, where a first word that is none of them is a preset or a file to open."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        """Command of the first word."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = ["open", *args]
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=_Commands,
    add_completion=False,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="A laboratory for lattice models of emergent gravity. Without a command it opens the window, "
    "with a preset's name or a file it opens the window with that.",
)


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    safe: Annotated[
        bool,
        typer.Option("--safe", help="Open the window with the built-in layout, painted by the processor."),
    ] = False,
    policies: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE.py", help="Python file of policies for agents; it is run. May be repeated."
        ),
    ] = None,
) -> None:
    """Open the window when no command is given."""
    context.obj = safe
    if policies or os.environ.get("TAUSCOPE_POLICIES"):
        from tauscope.app import policy_files

        policy_files.load_given()
        for path in policies or ():
            policy_files.load(path)
    if context.invoked_subcommand is None:
        _finish(lambda: open_window(None, safe))


@app.command("open", hidden=True)
def open_command(
    context: typer.Context, targets: Annotated[list[str], typer.Argument(metavar="PRESET")]
) -> None:
    """Open the window with a preset, a recording or a session."""
    commands = [name for name in _command_names() if name != "open"]
    if len(targets) > 1:
        raise unknown_name("command", targets[0], commands, key="command")
    _finish(lambda: open_window(check_target(targets[0], commands), bool(context.obj)))


@app.command()
def run(
    preset: PresetName,
    ticks: Annotated[int, typer.Option(help="Ticks to do.")] = 1000,
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="PATH=VALUE", help="Change one entry, such as survival=0.999 or sources.0.x=12."
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of every random stream; 1 unless given.")] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda or auto.")] = "auto",
    record: Annotated[Path | None, typer.Option(metavar="FILE.h5", help="Record the fields.")] = None,
    every: Annotated[
        int | None,
        typer.Option(
            help="Ticks between two recorded frames and two rows of the log; 10 unless given, "
            "and for a log of phase oscillators what their configuration says."
        ),
    ] = None,
    fields: Annotated[str, typer.Option(metavar="A,B", help="Fields to record, separated by commas.")] = "",
    snapshot: Annotated[Path | None, typer.Option(metavar="FILE.png", help="Picture of the end.")] = None,
    log: Annotated[
        Path | None, typer.Option(metavar="FILE.csv", help="Scalars as a table; its folder is made.")
    ] = None,
    state: Annotated[Path | None, typer.Option(metavar="FILE.npz", help="Checkpoint of the end.")] = None,
    origin: Annotated[
        Path | None, typer.Option("--from", metavar="STATE", help="Go on from a checkpoint.")
    ] = None,
    probes: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="What to sample at every tick.")
    ] = None,
    probe_out: Annotated[
        Path | None, typer.Option(metavar="FILE.csv|.h5", help="Samples of the probes.")
    ] = None,
    probe_every: Annotated[int, typer.Option(help="Ticks between two samples of the probes.")] = 1,
    seeds: Annotated[int, typer.Option(help="Runs with so many seeds, after each other, into one log.")] = 1,
    suggestions: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.json", help="Change K and π as “tauscope ingest” suggests for the preset."
        ),
    ] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Run a preset without a window."""
    from tauscope.app import cli_run

    chosen = cli_run.Choice(
        preset=preset,
        ticks=ticks,
        assignments=tuple(assignments or ()),
        seed=seed,
        device=device,
        record=record,
        every=every,
        fields=tuple(name.strip() for name in fields.split(",") if name.strip()),
        snapshot=snapshot,
        log=log,
        state=state,
        origin=origin,
        probes=probes,
        probe_out=probe_out,
        probe_every=probe_every,
        seeds=seeds,
        suggestions=suggestions,
    )
    _finish(lambda: cli_run.run(chosen, Output(quiet=quiet, json=as_json)))


@app.command()
def presets(as_json: AsJson = False) -> None:
    """List the presets, those of the program and your own."""
    from tauscope.app import presets as library

    output = Output(json=as_json)
    found = library.catalogue()
    for broken in found.broken:
        output.warn(f"{broken.path} is left out. {broken.error}")
    rows = [
        {"name": p.name, "engine": p.engine, "title": p.title, "summary": p.summary} for p in found.presets
    ]
    if as_json:
        output.data(rows)
    else:
        output.table(
            ["name", "engine", "title", "summary"], [list(row.values()) for row in rows], folding="summary"
        )


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(metavar="FILE.h5", help="A recording.")],
    verify: Annotated[
        bool, typer.Option("--verify", help="Compare every kept hash; a difference ends with 1.")
    ] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Run a recording again from its configuration and its event log."""
    from tauscope.app import cli_files

    _finish(lambda: cli_files.replay(file, verify=verify, output=Output(quiet=quiet, json=as_json)))


@app.command()
def recover(
    file: Annotated[Path, typer.Argument(metavar="FILE.h5", help="A recording that was not closed.")],
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Repair a recording, or rebuild it beside itself; prints the path of the readable file."""
    from tauscope.app import cli_files

    _finish(lambda: cli_files.recover(file, Output(quiet=quiet, json=as_json)))


@app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE.h5", help="A recording.")],
    to: Annotated[str, typer.Option("--to", help="mp4, gif, png, csv, npz or xdmf.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File to write; beside the recording unless given.")
    ] = None,
    field: Annotated[str, typer.Option(help="Field of a film; the first recorded one unless given.")] = "",
    fps: Annotated[int, typer.Option(help="Frames a second of a film.")] = 20,
    every: Annotated[int, typer.Option(help="Every so many recorded frames.")] = 1,
    scale: Annotated[int, typer.Option(help="1 to 4 times the size of the pictures.")] = 1,
    plane: Annotated[
        str,
        typer.Option(
            metavar="AXES", help="Plane of a field of many axes, as in x,y,z=3; the middle unless given."
        ),
    ] = "",
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Make a film, pictures, a table or arrays of a recording."""
    from tauscope.app import cli_files

    asked = cli_files.Asked(file, to, out, field, fps, every, scale, plane)
    _finish(lambda: cli_files.export(asked, Output(quiet=quiet, json=as_json)))


@app.command()
def ingest(
    logs: Annotated[
        list[Path], typer.Argument(metavar="LOG.csv…", help="Logs of runs of phase oscillators.")
    ],
    out: Annotated[Path, typer.Option(metavar="FILE.json", help="File to write; its folder is made.")] = Path(
        "sessions/suggestions.json"
    ),
    compare: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.json",
            help="Suggestions made before: says what became of each preset, and whether R_total rose "
            "with modest drift.",
        ),
    ] = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Read logs and suggest small changes of K and π, with reason and spread."""
    from tauscope.app import cli_ingest

    _finish(lambda: cli_ingest.run(logs, out, compare, Output(quiet=quiet, json=as_json)))


@app.command()
def info(as_json: AsJson = False) -> None:
    """Versions, machine, devices, folders and how exactly runs repeat."""
    from tauscope.app import info as about

    output = Output(json=as_json)
    found = about.collect()
    if as_json:
        output.data(found)
    else:
        output.sections(about.for_people(found))


@app.command()
def verify(
    engines: Annotated[
        list[str] | None, typer.Argument(metavar="[ENGINE]…", help="Engines; all unless given.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Shorter runs, the same checks.")] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Compare engines with exact results: quantity, expected, measured, tolerance, verdict."""
    from tauscope.app import cli_verify

    output = Output(quiet=quiet, json=as_json)
    _finish(lambda: cli_verify.run(engines or [], quick=quick, output=output))


cli_scans.register(app)


@app.command()
def experiment(
    name: ExperimentName,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="New folder for the report.")],
    assignments: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="PATH=VALUE", help="Change a setting or the lattice, such as rule=literal."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of every random stream.")] = 1,
    quick: Annotated[bool, typer.Option("--quick", help="A shorter run with the same checks.")] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Run an experiment of the gravity lab; its report says PASS or FAIL for every quantity."""
    from tauscope.app import cli_experiment

    output = Output(quiet=quiet, json=as_json)
    given = assignments or []
    _finish(lambda: cli_experiment.run(name, given, out, seed=seed, quick=quick, output=output))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words after the program's name; those of the process unless given.

    Returns
    -------
    int
        0 done, 1 a check failed, 2 bad input, 3 stopped by blow-up, 130 interrupted.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    output = Output(json="--json" in words)
    try:
        code = app(args=words, prog_name="tauscope", standalone_mode=False)
        return int(code or DONE)
    except (KeyboardInterrupt, typer.Abort, Cancelled):
        output.warn("Interrupted; files are closed.")
        return INTERRUPTED
    except BadInput as error:
        output.error(error, BAD_INPUT)
        return BAD_INPUT
    except TauscopeError as error:
        output.error(error, FAILED)
        return FAILED
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - stands in until the process ends
        return DONE
    except OSError as error:
        output.error(
            BadInput(
                f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}.",
                key="file",
                remedy="Free some space on the disk, or write elsewhere."
                if error.errno == errno.ENOSPC
                else "",
            ),
            BAD_INPUT,
        )
        return BAD_INPUT
    except _CLICK_ERROR as error:
        output.error(_usage(error, words), BAD_INPUT)
        return BAD_INPUT
    except Exception as error:  # noqa: BLE001 - the last line of defence: a sentence, then the details
        traceback.print_exc()
        output.error(
            TauscopeError(
                f"The program has a fault: {type(error).__name__}: {error}.",
                "Please report it with the lines above.",
            ),
            FAILED,
        )
        return FAILED


def _command_names() -> list[str]:
    plain = [str(one.name or getattr(one.callback, "__name__", "")) for one in app.registered_commands]
    return [*plain, *(str(group.name) for group in app.registered_groups)]


def _usage(error: Any, words: Sequence[str]) -> BadInput:
    """Sentence of a wrong word, option or value, with what is allowed."""
    option = str(getattr(error, "option_name", None) or _name_of(error))
    near = (getattr(error, "possibilities", None) or [""])[0]
    command = getattr(getattr(error, "ctx", None), "command_path", "tauscope")
    given = words[words.index(option) + 1] if option in words[:-1] else None
    said = error.format_message().rstrip(".")
    names = EXPERIMENTS if command.endswith(" experiment") and option == "name" else ()
    return BadInput(
        f"{option} = {given} was refused: {said}." if given is not None else f"{said}.",
        key=option or "command line",
        value=given,
        nearest=near,
        allowed=", ".join((*names, "a JSON file")) if names else "",
        remedy=f"See “{command} --help”.",
    )


def _name_of(error: Any) -> str:
    parameter = getattr(error, "param", None)
    names = list(getattr(parameter, "opts", ()) or ())
    return str(names[0]) if names else ""
