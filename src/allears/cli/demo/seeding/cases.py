"""The past of the cases: the real verbs, in order of time, with the clock of then."""

from collections.abc import Callable
from datetime import datetime

from allears.cli.demo.past import Ask, Done, Matter
from allears.cli.demo.seeding.rows import (
    Written,
    write_answers,
    write_decisions,
    write_invitations,
)
from allears.outreach.models import Message
from allears.respond import actions
from allears.respond.models import Case


class Casebook:
    """Replays what was done on cases."""

    def __init__(self, written: Written) -> None:
        self.written = written
        self.workspace_id = written.founded.id
        self.cases: dict[int, int] = {}  # id(Matter) → case id
        self.verbs: dict[str, Callable[[Done], None]] = {
            "open": self._open,
            "join": self._open,
            "reply": self._reply,
            "call": self._call,
            "hear": self._hear,
            "close": self._close,
            "confirm": self._confirm,
            "follow_up": self._follow_up,
        }

    def replay(self, done: Done) -> None:
        """Do it as it was done then; clocks that ran out before are noted first."""
        if done.verb == "close":
            actions.check_clocks(now=done.at)
        self.verbs[done.verb](done)

    def _case(self, matter: Matter) -> Case:
        case: Case = Case.objects.in_workspace(self.workspace_id).select_related("owner").get(pk=self.cases[id(matter)])
        return case

    def _open(self, done: Done) -> None:
        voice = self.written.voices[id(done.voice)]
        case = actions.open_case(workspace_id=self.workspace_id, voice_id=voice.pk, now=done.at)
        assert case is not None  # the play opens by the same rule
        self.cases[id(done.matter)] = case.pk

    def _reply(self, done: Done) -> None:
        case = self._case(done.matter)
        if case.state == Case.State.CLOSED:
            return
        entry = actions.reply(
            workspace_id=self.workspace_id, number=case.number, text=done.text, now=done.at, actor=case.owner
        )
        _sent(self.workspace_id, entry.message_id, done.at)

    def _call(self, done: Done) -> None:
        case = self._case(done.matter)
        if case.state != Case.State.CLOSED:
            self._phone(case, done.text, done.at)

    def _phone(self, case: Case, text: str, at: datetime) -> None:
        actions.log_contact(
            workspace_id=self.workspace_id, number=case.number, channel="phone", text=text, now=at, actor=case.owner
        )

    def _hear(self, done: Done) -> None:
        case = self._case(done.matter)
        actions.hear_customer(token=case.token, text=done.text, once=f"{done.at:%m%d%H%M%S}", now=done.at)

    def _close(self, done: Done) -> None:
        case = self._case(done.matter)
        if case.unanswered_since is not None:
            self._thank(case, done.at)
        actions.close(
            workspace_id=self.workspace_id, number=case.number, cause=done.cause, now=done.at, actor=case.owner
        )

    def _thank(self, case: Case, at: datetime) -> None:
        """Nobody is left without an answer: the last word before closing is ours."""
        chinese = case.customer is not None and case.customer.language == "zh"
        text = "谢谢您的反馈，祝您一切顺利。" if chinese else "Thank you for letting us know."
        self._phone(case, text, at)

    def _confirm(self, done: Done) -> None:
        actions.hear_verdict(token=self._case(done.matter).token, solved=True, now=done.at)

    def _follow_up(self, done: Done) -> None:
        assert isinstance(done.voice, Ask)
        self.store_follow_up(done.voice)
        voice = self.written.voices[id(done.voice)]
        actions.open_case(workspace_id=self.workspace_id, voice_id=voice.pk, now=done.at)

    def store_follow_up(self, ask: Ask) -> None:
        """The ask that followed a closed case, and its answer where there is one."""
        case_id = self.cases[id(ask.matter)]
        write_decisions(self.written, [ask], case_id=case_id)
        write_invitations(self.written, [ask], case_id=case_id)
        write_answers(self.written, [ask])


def _sent(workspace_id: int, message_id: int | None, at: datetime) -> None:
    """The sender of that day has sent it long ago."""
    Message.objects.in_workspace(workspace_id).filter(pk=message_id).update(
        state=Message.State.SENT, sent_at=at, attempts=1
    )
