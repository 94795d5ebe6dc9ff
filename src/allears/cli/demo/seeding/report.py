"""truth.json: what is true of everybody, beside what was asked and answered, for checking every metric against it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from allears.cli.demo import company, truth
from allears.cli.demo.past import Ask, Past
from allears.cli.demo.simulate import Happening, Reaction


def truth_report(
    *, seed: int, start: datetime, until: datetime, happenings: Sequence[Happening], past: Past
) -> dict[str, Any]:
    """Counts over everybody and over those who answered, by touchpoint, segment and week; and the model's numbers."""
    met = [(each, each.reaction) for each in happenings if each.reaction is not None]
    return {
        "seed": seed,
        "start": start.isoformat(),
        "until": until.isoformat(),
        "model": model_numbers(),
        "everybody": {
            touchpoint: {
                "all": _nps(pairs),
                "by_segment": {key: _nps(group) for key, group in _grouped(pairs, lambda each: each.shopper.segment)},
                "by_week": {str(key): _nps(group) for key, group in _grouped(pairs, lambda each: each.week)},
                "mean_u": round(sum(reaction.u for _, reaction in pairs) / len(pairs), 4),
                "would_answer": _nps([pair for pair in pairs if pair[1].answers]),
                "would_answer_share": round(sum(reaction.answers for _, reaction in pairs) / len(pairs), 4),
            }
            for touchpoint, pairs in _grouped(met, lambda each: each.touchpoint)
        },
        "probes": {plan.key: _probe(plan.key, past) for plan in company.PROBES},
        "follow_up": _counts([ask for ask in past.asks if ask.purpose == "follow_up"]),
        "letters": dict(Counter(each.letter.kind for each in past.letters)),
        "cases": sum(each.verb == "open" for each in past.done),
    }


Pairs = Sequence[tuple[Happening, Reaction]]


def _grouped(pairs: Pairs, key: Any) -> Iterable[tuple[Any, Pairs]]:
    groups: dict[Any, list[tuple[Happening, Reaction]]] = defaultdict(list)
    for pair in pairs:
        groups[key(pair[0])].append(pair)
    return sorted(groups.items())


def _nps(pairs: Pairs) -> dict[str, Any]:
    return nps_of([reaction.score("nps") for _, reaction in pairs])


def nps_of(scores: Sequence[int]) -> dict[str, Any]:
    """Exact NPS with its counts."""
    promoters, detractors = sum(score >= 9 for score in scores), sum(score <= 6 for score in scores)
    return {
        "n": len(scores),
        "promoters": promoters,
        "passives": len(scores) - promoters - detractors,
        "detractors": detractors,
        "nps": round(100 * (promoters - detractors) / len(scores), 4) if scores else None,
    }


def _probe(key: str, past: Past) -> dict[str, Any]:
    return _counts([ask for ask in past.asks if ask.probe and ask.probe.key == key])


def _counts(asks: Sequence[Ask]) -> dict[str, Any]:
    answered = [ask for ask in asks if ask.answered_at]
    scores = Counter(ask.score for ask in answered)
    found: dict[str, Any] = {
        "metric": asks[0].metric if asks else "",
        "proposed": len(asks),
        "sent": sum(ask.sent_at is not None for ask in asks),
        "answered": len(answered),
        "with_words": sum(bool(ask.words) and not ask.partial for ask in answered),
        "scores": {str(score): scores[score] for score in sorted(scores)},
        "rules": dict(Counter(decided.verdict.rule for ask in asks for decided in ask.rulings)),
    }
    if found["metric"] == "nps":
        found["nps"] = nps_of([ask.score for ask in answered])
    return found


def model_numbers() -> Mapping[str, Any]:
    """The constants of the model, by name."""
    return {name: _plain(value) for name, value in sorted(vars(truth).items()) if name.isupper() and name != "SCORE"}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, range) else value
