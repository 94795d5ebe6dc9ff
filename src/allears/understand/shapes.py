"""A report as others read it: the fixed JSON of command line and API, the CSV, the charts."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from allears.kit.charts import Chart, Point, Series, Unit
from allears.kit.spreadsheets import defused_cell
from allears.science.estimate import LOW_BASE, Estimate
from allears.understand.queries import Cut, Report

UNITS: Mapping[str, Unit] = {"nps": "points", "csat": "percent", "ces": "score"}
RANGES: Mapping[str, tuple[float, float]] = {"nps": (-100, 100), "csat": (0, 1), "ces": (1, 7)}
NAMES: Mapping[str, str] = {"nps": "NPS", "csat": "CSAT", "ces": "CES"}
FIELDS = ("metric", "estimate", "low", "high", "level", "n", "method", "counts", "warnings")


def score_json(report: Report) -> dict[str, Any]:
    """The shape of `allears score --json`: cuts with answers. What cannot be computed is null, with a warning why."""
    by = ",".join(report.question.by)
    groups = [_group_json(by, cut) for cut in report.cuts if cut.score.n]
    return {**_estimate_json(report.whole.score), "groups": groups}


def _group_json(by: str, cut: Cut) -> dict[str, Any]:
    return {"by": by, "key": ",".join(cut.key), **_estimate_json(cut.score)}


def _estimate_json(estimate: Estimate) -> dict[str, Any]:
    whole = estimate.as_json()
    found = {name: whole[name] for name in FIELDS}
    if estimate.reason:
        found["warnings"] = [*found["warnings"], estimate.reason]
    return found


def api_json(report: Report) -> dict[str, Any]:
    """The shape of `GET /api/v1/scores`: the same, with response rates, verdicts, weeks, and cuts nobody answered."""
    by = ",".join(report.question.by)
    return {
        **_estimate_json(report.whole.score),
        "response_rate": report.whole.response.as_json(),
        "groups": [
            {
                **_group_json(by, cut),
                "response_rate": cut.response.as_json(),
                "different": {"different": True, "same": False, "unknown": None}[cut.verdict],
                "difference_from_rest": cut.difference,
                "adjusted_p": cut.adjusted_p,
            }
            for cut in report.cuts
        ],
        "weeks": [{"week": cut.key[0], **_estimate_json(cut.score)} for cut in report.weeks],
    }


def csv_lines(report: Report) -> Iterator[str]:
    """The cuts as a table, the whole first."""
    by = report.question.by
    head = [*by, "metric", "estimate", "low", "high", "level", "n", "asked", "response_rate"]
    yield _line([*head, "different_from_rest", "adjusted_p", "method", "warnings"])
    for cut in (report.whole, *report.cuts):
        score = cut.score
        keys = cut.key or [_("all")] * len(by)
        yield _line(
            [
                *keys,
                *(score.metric, score.estimate, score.low, score.high, score.level, score.n),
                *(cut.response.n, cut.response.estimate),
                *("" if cut.verdict == "unknown" else cut.verdict == "different", cut.adjusted_p, score.method),
                " ".join(score.warnings),
            ]
        )


def _line(values: list[Any]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(map(defused_cell, values))
    return text.getvalue()


def trend_chart(report: Report, *, link: Callable[[Cut], str] | None = None) -> Chart:
    """The score by week with its band."""
    return Chart(
        title=_("%(score)s by week") % {"score": NAMES[report.question.metric]},
        series=[Series(name=NAMES[report.question.metric], points=_points(report.weeks, link))],
        unit=UNITS[report.question.metric],
        level=report.question.level,
        low_base=LOW_BASE,
        caveat=caveat(report),
    )


def _points(cuts: tuple[Cut, ...], link: Callable[[Cut], str] | None) -> list[Point]:
    return [
        Point(
            x=cut.key[0],
            y=cut.score.estimate,
            low=cut.score.low,
            high=cut.score.high,
            n=cut.score.n,
            href=link(cut) if link else "",
        )
        for cut in cuts
        if cut.score.estimate is not None
    ]


def caveat(report: Report) -> str:
    """What the picture cannot show: who did not answer."""
    rate = report.whole.response
    if rate.estimate is None:
        return _("Not every answer was asked for; those who came by themselves may feel otherwise than the rest.")
    return _("%(share)s%% of those asked answered; the others may feel otherwise.") % {
        "share": round(100 * rate.estimate)
    }
