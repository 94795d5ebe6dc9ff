"""The company's present: what customers and colleagues do, told without a server."""

import json
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.support.processes import free_port, wait_until

from allears.cli.demo.colleagues import LEFT_TO_THE_VIEWER, Colleagues
from allears.cli.demo.live import State, Street, identify_call, in_present, track_call
from allears.cli.demo.mailbox import Letter, PostOffice
from allears.cli.demo.people import shopper
from allears.cli.demo.simulate import Happening, simulate
from allears.cli.demo.visitor import Visitor

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


class Told(Visitor):
    """Keeps what it was told to send."""

    def __init__(self, *, page: str = "", cases: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__("http://nowhere.test")
        self.shown, self.cases = page, cases
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.away = False

    def page(self, path: str) -> str:
        return self.shown

    def submit(self, path: str, fields: Mapping[str, str]) -> int:
        self.sent.append((path, dict(fields)))
        return 204

    def post_events(self, calls: Sequence[Mapping[str, Any]]) -> bool:
        if self.away:
            raise ConnectionRefusedError
        self.sent += [("/v1/batch", dict(call)) for call in calls]
        return True

    def ask_api(self, path: str) -> dict[str, Any]:
        return {"items": list(self.cases)}

    def tell_api(self, path: str, body: Mapping[str, Any]) -> int:
        self.sent.append((path, dict(body)))
        return 201


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    told = {"seed": 7, "start": (NOW - timedelta(days=182)).isoformat(), "customers": 50, "now": NOW.isoformat()}
    (tmp_path / "demo.json").write_text(json.dumps(told))
    return tmp_path


def delivered(*, answers: bool, partial: bool = False) -> Happening:
    start = NOW - timedelta(days=182)
    return next(
        each
        for each in simulate(seed=7, start=start, days=182, customers=120)
        if each.event == "order_delivered"
        and each.reaction
        and (each.reaction.answers, each.reaction.stops_after_score) == (answers, partial)
    )


def run_for(street: Street, seconds: float, at: list[float]) -> None:
    """Do all that is due until then, on a clock of our own."""
    end = at[0] + seconds
    while street.agenda and street.agenda[0][0] <= end:
        at[0] = max(at[0], street.agenda[0][0])
        street.step()
    at[0] = end


def street_of(visitor: Visitor, folder: Path) -> tuple[Street, list[float]]:
    at = [0.0]
    return Street(visitor=visitor, state=State.read(folder), clock=lambda: at[0]), at


def ask_for(happening: Happening) -> Letter:
    text = "One question.\n0: http://127.0.0.1:8080/s/abcdefghijklmnop1234?score=0\n"
    return Letter(to=happening.shopper.email, subject="Would you recommend us?", text=text)


def test_who_answers_gives_the_felt_score_and_then_the_words(folder: Path) -> None:
    visitor = Told(page='<input name="q-nps" value="0">')
    street, at = street_of(visitor, folder)
    happening = delivered(answers=True)
    assert happening.reaction is not None
    street.remembered[happening.shopper.email].append(happening)
    street.read(ask_for(happening))
    run_for(street, 200, at)
    score = str(happening.reaction.score("nps"))
    path, first = visitor.sent[0]
    assert (path, first["q-nps"], "partial" in first) == ("/s/abcdefghijklmnop1234", score, True)
    _, whole = visitor.sent[1]
    assert (whole["q-nps"], whole["q-why"], "partial" in whole) == (score, happening.reaction.comment, False)
    assert len(visitor.sent) == 2


def test_who_stops_after_the_score_sends_it_alone_and_who_does_not_answer_nothing(folder: Path) -> None:
    for happening, sent in ((delivered(answers=True, partial=True), 1), (delivered(answers=False), 0)):
        visitor = Told(page='<input name="q-nps" value="0">')
        street, at = street_of(visitor, folder)
        street.remembered[happening.shopper.email].append(happening)
        street.read(ask_for(happening))
        run_for(street, 200, at)
        assert len(visitor.sent) == sent


def test_events_wait_while_the_server_is_away_and_none_is_lost(folder: Path) -> None:
    visitor = Told()
    visitor.away = True
    street, at = street_of(visitor, folder)
    street.later(0, lambda: street.send({"messageId": "1"}))
    run_for(street, 1, at)
    assert visitor.sent == []
    visitor.away = False
    street.later(0, lambda: street.send({"messageId": "2"}))
    run_for(street, 1, at)
    assert [call["messageId"] for _, call in visitor.sent] == ["1", "2"]


def test_a_restart_gives_nobody_the_number_of_somebody_known(folder: Path) -> None:
    first = State.read(folder)
    assert (first.next_number, first.starts) == (51, 1)
    first.next_number = 60
    first.write()
    second = State.read(folder)
    assert (second.next_number, second.starts) == (60, 2)


def test_what_is_sent_is_what_a_shop_sends() -> None:
    who = shopper(seed=7, number=3)
    call = identify_call(who, NOW, key="k")
    assert (call["userId"], call["traits"]["email"], call["traits"]["language"]) == ("W000003", who.email, who.language)
    happening = delivered(answers=True)
    told = track_call(happening, NOW, prefix="live-1")
    assert (told["type"], told["event"], told["timestamp"]) == ("track", "order_delivered", NOW.isoformat())
    late = datetime.fromisoformat(told["properties"]["delivered_at"]) - datetime.fromisoformat(
        told["properties"]["promised_at"]
    )
    assert told["properties"]["delivered_at"] == NOW.isoformat()
    assert max(0.0, late / timedelta(hours=1)) == pytest.approx(happening.properties["late_hours"], abs=0.06)
    assert in_present({"amount": 3}, NOW) == {"amount": 3}


def case(number: int, **fields: Any) -> dict[str, Any]:
    opened = NOW - timedelta(hours=3) + timedelta(minutes=number)
    usual = {
        "number": number,
        "subject": "Late again",
        "customer_key": "k",
        "touchpoint": "delivery",
        "owner_id": 4,
        "opened_at": opened.isoformat(),
        "reply_due_at": NOW.isoformat(),
        "first_reply_at": None,
    }
    return {**usual, **fields}


def test_colleagues_leave_a_dozen_and_the_young_to_the_viewer() -> None:
    visitor = Told(cases=[case(number) for number in range(LEFT_TO_THE_VIEWER)])
    assert Colleagues(visitor, random.Random(1)).go_round(NOW) == 0
    young = (NOW - timedelta(minutes=1)).isoformat()
    visitor.cases = [case(number, opened_at=young) for number in range(30)]
    assert Colleagues(visitor, random.Random(1)).go_round(NOW) == 0
    assert visitor.sent == []


def test_colleagues_answer_the_oldest_and_settle_what_was_answered() -> None:
    waiting = [case(number, subject="又晚了" if number == 1 else "Late") for number in range(1, 15)]
    answered = case(0, reply_due_at=None, first_reply_at=(NOW - timedelta(minutes=5)).isoformat())
    visitor = Told(cases=[answered, *waiting])
    assert Colleagues(visitor, random.Random(1)).go_round(NOW) == 3
    assert [path for path, _ in visitor.sent] == [
        "/api/v1/cases/0/closure",
        "/api/v1/cases/1/replies",
        "/api/v1/cases/2/replies",
    ]
    assert visitor.sent[0][1]["cause"] in {"late", "damaged", "wrong-item"}
    assert any("\u4e00" <= letter <= "\u9fff" for letter in visitor.sent[1][1]["text"])


def test_the_post_office_keeps_each_mail_and_hands_it_over(tmp_path: Path) -> None:
    import smtplib
    from email.message import EmailMessage

    got: list[Letter] = []
    office = PostOffice(folder=tmp_path / "mail", port=free_port(), deliver=got.append)
    office.open()
    try:
        mail = EmailMessage()
        mail["To"], mail["From"], mail["Subject"] = "w000007@example.test", "care@wrenfold.example", "您愿意推荐吗？"
        mail.set_content("点一下：http://127.0.0.1:8080/s/ABCDEFGHIJKLMNOPQRST?score=9")
        with smtplib.SMTP("127.0.0.1", office.controller.port) as peer:
            peer.send_message(mail)
        wait_until(lambda: got, seconds=5, what="the mail")
    finally:
        office.close()
    assert (got[0].to, got[0].subject) == ("w000007@example.test", "您愿意推荐吗？")
    assert got[0].link() == ("s", "/s/ABCDEFGHIJKLMNOPQRST")
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 1
