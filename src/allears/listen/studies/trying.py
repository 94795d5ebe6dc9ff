"""A study tried before it is launched: who would be drawn, and what the governor would do with them until it closes.

The rehearsal plays the asks through the policy in force, with all that was said to these customers until now; it
writes no decision and asks nobody.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from allears.listen.asking import portraits
from allears.listen.studies.asking import proposals_for
from allears.listen.studies.calendar import Slot
from allears.listen.studies.drawing import sample_of
from allears.listen.studies.models import Study
from allears.listen.studies.population import frame_of
from allears.listen.studies.running import slot_after, slot_now
from allears.outreach.actions import rules_in_force
from allears.outreach.contracts import Proposal
from allears.outreach.facts import gather
from allears.outreach.governor import Policy
from allears.outreach.models import Rehearsal
from allears.outreach.rehearsals import Step, Tally, start
from allears.outreach.rehearsing import Wish, play

AT_ONCE = 2000  # customers ruled on between two notes of how far it is


class NothingToTryError(ValueError):
    """The schedule has no wave ahead; give the study a later start or end."""


def slot_ahead(*, study: Study, now: datetime) -> Slot | None:
    """The wave that is drawn next: the one due now, or the first to come."""
    return slot_now(study=study, now=now) or slot_after(study=study, now=now)


def try_study(*, study: Study, now: datetime, author_id: int | None = None) -> Rehearsal:
    """Play the next wave in the background; raises NothingToTryError."""
    slot = slot_ahead(study=study, now=now)
    if slot is None:
        raise NothingToTryError(_("this study has no wave ahead; let it start or end later"))
    frame = frame_of(study=study, number=slot.number)
    wanted = frame.wanted(study)
    length = slot.closes_at - slot.opens_at
    return start(
        workspace_id=study.workspace_id,
        kind="study",
        wanted={"study_id": study.pk, "number": slot.number, "closes_at": (now + length).isoformat()},
        since=now,
        now=now,
        total=sum(wanted.values()),
        author_id=author_id,
    )


def step(rehearsal: Rehearsal) -> Step:
    """The next customers of the draw, in the order of their numbers."""
    told = rehearsal.wanted
    study: Study = Study.objects.in_workspace(rehearsal.workspace_id).select_related("survey").get(pk=told["study_id"])
    frame = frame_of(study=study, number=told["number"])
    drawn = sorted(sample_of(frame.lines, frame.wanted(study)))
    ahead = [each for each in drawn if each[0] > rehearsal.cursor][:AT_ONCE]
    tally = Tally()
    segments = dict(ahead)
    ids = list(segments)
    proposals = proposals_for(
        study=study,
        number=told["number"],
        closes_at=datetime.fromisoformat(told["closes_at"]),
        customer_ids=ids,
        portraits=portraits(workspace_id=study.workspace_id, customer_ids=ids),
        wave_id=None,
    )
    _, policy = rules_in_force(workspace_id=study.workspace_id)
    _play(rehearsal, proposals, policy, segments, tally)
    return Step(cursor=ids[-1] if len(ids) == AT_ONCE else None, done=len(ids), tally=tally)


def _play(
    rehearsal: Rehearsal, proposals: list[Proposal], policy: Policy, segments: dict[int, str], tally: Tally
) -> None:
    now, until = rehearsal.since, datetime.fromisoformat(rehearsal.wanted["closes_at"])
    dossier = gather(workspace_id=rehearsal.workspace_id, proposals=proposals, policy=policy, now=now)
    for proposal in proposals:
        facts = dossier.facts(proposal)
        wish = Wish(ask_key=proposal.ask_key, at=now, probe=proposal.probe_key, known=((now, facts),))
        for outcome in play([wish], said=facts.contacts, policy=policy, until=until):
            sent = outcome.verdict == "sent"
            segment = segments[proposal.customer_id]
            for part, name in (("all", ""), ("segment", segment), ("channel", outcome.channel)):
                tally.add(part, name, "new", sent)
                tally.add(part, name, "real", 1)
            tally.add("rule", outcome.rule, "new")


def outcome_of(rehearsal: Rehearsal) -> dict[str, Any]:
    """What a finished trial says, by segment and by rule."""
    from allears.outreach.rehearsals import lines

    return {
        "segments": {line.name: {"drawn": line.real, "asked": line.new} for line in lines(rehearsal, "segment")},
        "rules": [(line.name, line.new) for line in lines(rehearsal, "rule")],
        "drawn": rehearsal.done,
        "asked": sum(line.new for line in lines(rehearsal, "all")),
    }
