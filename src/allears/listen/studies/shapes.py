"""A wave report as others read it: JSON of the API, and the rows of its CSV."""

from collections.abc import Iterator
from typing import Any

from allears.listen.studies.report import Cell, Change, Line, WaveReport

COLUMNS = (
    "study", "wave", "opens_at", "closes_at", "line", "segment", "population", "drawn", "refused", "waiting", "invited",
    "delivered", "opened", "started", "finished", "response_rate", "response_low", "response_high", "metric", "score",
    "score_low", "score_high", "n", "method", "warnings", "change", "change_low", "change_high", "p", "adjusted_p",
    "claim",
)  # fmt: skip


def report_json(report: WaveReport) -> dict[str, Any]:
    """Lines of waves; what cannot be computed is null, and ``reason`` says why."""
    return {
        "study": report.study_key,
        "metric": report.metric,
        "level": report.level,
        "comparisons": report.comparisons,
        "waves": [
            {
                "number": wave.number,
                "opens_at": wave.opens_at,
                "closes_at": wave.closes_at,
                "drawn_at": wave.drawn_at,
                "closed_at": wave.closed_at,
                "frame": wave.frame,
            }
            for wave in report.waves
        ],
        "lines": [
            {"line": line.kind, "segment": _segment(line), "waves": [_cell_json(cell) for cell in line.cells]}
            for line in report.lines
        ],
    }


def _segment(line: Line) -> str:
    return line.segment if line.kind == "segment" else ""


def _cell_json(cell: Cell) -> dict[str, Any]:
    return {
        "wave": cell.wave,
        **{name: getattr(cell, name) for name in ("population", "drawn", "refused", "waiting")},
        **_stages(cell),
        "response": cell.rates.response.as_json(),
        "score": cell.score.as_json(),
        "change": _change_json(cell.change) if cell.change else None,
    }


def _stages(cell: Cell) -> dict[str, int]:
    stages = {name: getattr(cell.asks, name) for name in ("invited", "delivered", "opened", "started")}
    return {**stages, "finished": cell.asks.completed}


def _change_json(change: Change) -> dict[str, Any]:
    told = change.result
    return {
        "since_wave": change.since,
        **{name: getattr(told, name) for name in ("difference", "low", "high", "p_value", "method", "reason")},
        "adjusted_p": change.adjusted_p,
        "claim": change.claim,
    }


def csv_rows(report: WaveReport) -> Iterator[list[Any]]:
    """One row for each line and wave, the heads first."""
    yield list(COLUMNS)
    times = {wave.number: (wave.opens_at.isoformat(), wave.closes_at.isoformat()) for wave in report.waves}
    for line in report.lines:
        for cell in line.cells:
            response, told = cell.rates.response, cell.score
            yield [
                report.study_key, cell.wave, *times[cell.wave], line.kind, _segment(line), cell.population, cell.drawn,
                cell.refused, cell.waiting, *_stages(cell).values(), response.estimate, response.low, response.high,
                report.metric, told.estimate, told.low, told.high, told.n, told.method, " ".join(told.warnings),
                *_change_cells(cell.change),
            ]  # fmt: skip


def _change_cells(change: Change | None) -> list[Any]:
    if change is None:
        return [""] * 6
    told = change.result
    return [told.difference, told.low, told.high, told.p_value, change.adjusted_p, change.claim]
