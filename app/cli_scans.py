"""Commands about many runs: scans for synthetic atoms, sweeps, comparisons."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tauscope.app.cli_kit import AsJson, Quiet, finish
from tauscope.app.cli_output import Output

_atomx = typer.Typer(
    invoke_without_command=True, pretty_exceptions_enable=False, rich_markup_mode=None, add_completion=False
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("sweep")(sweep)
    app.command("compare")(compare)
    app.command("claims")(claims)
    app.add_typer(_atomx, name="atomx")


def compare(
    first: Annotated[Path, typer.Argument(metavar="A.h5", help="A recording.")],
    second: Annotated[Path, typer.Argument(metavar="B.h5", help="Another.")],
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Compare two recordings: their set-ups, fields and scalars."""
    from tauscope.app import cli_compare

    finish(lambda: cli_compare.run(first, second, Output(quiet=quiet, json=as_json)))


def claims(
    documents: Annotated[
        list[str] | None, typer.Argument(metavar="[ENGINE]…", help="Whose document; all unless given.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Shorter runs.")] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Test what the source documents claim: claim, test, numbers, verdict."""
    from tauscope.app import cli_compare

    output = Output(quiet=quiet, json=as_json)
    finish(lambda: cli_compare.claims(documents or [], quick=quick, output=output))


def sweep(
    preset: Annotated[
        str | None, typer.Argument(metavar="PRESET", help="Preset, or preset of a sweep.")
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(metavar="PATH=START:STOP:N", help="What is varied; PATH=A,B,C names the values."),
    ] = None,
    sample: Annotated[
        str | None, typer.Option(help="grid, list (values together), random:N or latin:N.")
    ] = None,
    seeds: Annotated[int | None, typer.Option(help="Runs of each point, with so many seeds.")] = None,
    seed: Annotated[int | None, typer.Option(help="First seed.")] = None,
    assignments: Annotated[
        list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change one entry for all runs.")
    ] = None,
    ticks: Annotated[
        int | None, typer.Option(help="Ticks before anything is read; 1000 unless given.")
    ] = None,
    measure: Annotated[
        int | None, typer.Option(help="Ticks after that over which scalars are averaged; 0 reads them once.")
    ] = None,
    every: Annotated[int | None, typer.Option(help="Ticks between two samples of an average.")] = None,
    scalars: Annotated[str, typer.Option(metavar="A,B", help="Scalars to keep; all unless given.")] = "",
    workers: Annotated[int | None, typer.Option(help="Processes; one a core unless given.")] = None,
    scheduler: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Run on the cluster of this dask.distributed scheduler.")
    ] = "",
    out: Annotated[Path | None, typer.Option(metavar="FILE.h5", help="File of the results.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the sweep in --out.")] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Run a preset with many values and seeds, on all cores or a cluster."""
    from tauscope.app import cli_sweep

    choice = cli_sweep.Choice(
        preset=preset,
        vary=tuple(vary or ()),
        sample=sample,
        seeds=seeds,
        seed=seed,
        assignments=tuple(assignments or ()),
        ticks=ticks,
        measure=measure,
        every=every,
        scalars=scalars,
        workers=workers,
        scheduler=scheduler,
        out=out,
        resume=resume,
    )
    finish(lambda: cli_sweep.run(choice, Output(quiet=quiet, json=as_json)))


@_atomx.callback()
def atomx(
    context: typer.Context,
    mode: Annotated[
        str, typer.Option(help="physical: levels solved; reference: the document's rules.")
    ] = "physical",
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="New folder for the files.")] = None,
    kappa: Annotated[str, typer.Option(metavar="START:STOP:N", help="Stiffness, N/m.")] = "",
    r_screen: Annotated[str, typer.Option(metavar="START:STOP:N", help="Screening length, m.")] = "",
    seed: Annotated[
        int, typer.Option(help="Of the reference mode's random columns and of resampling.")
    ] = 12345,
    split_thr: Annotated[float, typer.Option(help="Largest split, meV.")] = 0.19,
    compat_thr: Annotated[float, typer.Option(help="Largest deviation from the virial theorem.")] = 0.02,
    r2_thr: Annotated[float, typer.Option(help="Least linearity.")] = 0.98,
    bc_anchor: Annotated[bool, typer.Option("--bc-anchor", help="Controls hold the medium.")] = False,
    method: Annotated[str, typer.Option(help="table, or direct: every voxel solved by itself.")] = "table",
    workers: Annotated[
        int | None, typer.Option(help="Processes for --method direct; one a core unless given.")
    ] = None,
    scheduler: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS", help="Solve voxels on the cluster of this dask.distributed scheduler."
        ),
    ] = "",
    timestamp: Annotated[
        str, typer.Option(metavar="YYYY-MM-DDTHH:MM:SSZ", help="Moment in the report; now unless given.")
    ] = "",
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Scan a medium for synthetic atoms, or check the files of a scan with “atomx verify DIR”."""
    if context.invoked_subcommand is not None:
        return
    from tauscope.app import cli_atomx

    values = {
        "mode": mode,
        "method": method,
        "seed": seed,
        "split_thr": split_thr,
        "compat_thr": compat_thr,
        "r2_thr": r2_thr,
        "bc_anchor": bc_anchor,
    }
    choice = cli_atomx.Choice(out, kappa, r_screen, timestamp, workers, scheduler, values)
    finish(lambda: cli_atomx.run(choice, Output(quiet=quiet, json=as_json)))


@_atomx.command("verify")
def atomx_verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of a scan.")],
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Check hashes, schemas, and the region against its CSV; anything wrong ends with 1."""
    from tauscope.app import cli_atomx

    finish(lambda: cli_atomx.verify(folder, Output(quiet=quiet, json=as_json)))
