"""A call with its turns, a review that came twice, a word in the store, and a regulator who waits for an answer."""

from datetime import datetime, timedelta

from allears.cli.demo.seeding.found import Founded
from allears.cli.demo.seeding.reviews import CAFE
from allears.listen import book, transcripts
from allears.listen.actions import record_voice
from allears.listen.transcripts import Conversation, Said
from allears.respond import actions

HOUR = timedelta(hours=1)
CALL = (
    ("bot", "Welcome to Wrenfold. Calls are written down so that we can do better."),
    ("agent", "Good afternoon, this is Lin. How can I help?"),
    ("customer", "The oak table came with a crack in the top, and this is the second time."),
    ("agent", "I am terribly sorry, that is awful. May I have the number we can reach you at?"),
    ("customer", "It is 138 1234 5678. I do not want a third delivery, I want somebody to look at it."),
    ("agent", "I will send our carpenter on Thursday morning, free of charge."),
    ("customer", "Thank you, Lin. That is the first good news this week."),
)
REVIEW = "下单第二天就送到了，师傅装得很仔细，还把包装都带走了，非常省心。"


def write_everywhere(founded: Founded, *, until: datetime) -> None:
    """The last days, beside what the simulation tells; the regulator's case is open."""
    here = founded.id
    turns = [Said(speaker=side, text=text) for side, text in CALL]
    call = Conversation(
        key="demo:call", turns=turns, source_kind="call", channel="hotline", said_at=until - 3 * HOUR,
        about={"language": "en", "touchpoint_key": "call"},
    )  # fmt: skip
    transcripts.keep(workspace_id=here, conversation=call, now=until)
    for key, channel in (("demo:review:feed", "feed"), ("demo:review:file", "file")):
        record_voice(
            workspace_id=here, key=key, initiator="customer", source_kind="review", channel=channel, public=True,
            text=REVIEW, language="zh", sentiment="positive", said_at=until - 5 * HOUR, now=until,
        )  # fmt: skip
    said = book.Entry(
        key="demo:store", page=book.STORE, kind="praise", touchpoint_key=CAFE, said_at=until - 2 * HOUR,
        text="The waiter noticed my daughter's allergy on his own and brought another cake.",
    )  # fmt: skip
    book.write_down(workspace_id=here, entry=said, now=until)
    letter = book.Entry(
        key="demo:regulator", page=book.REGULATOR, authority="上海市消费者权益保护委员会", reference="沪消转 2026-1188",
        answer_by=until + timedelta(days=5), said_at=until - 26 * HOUR,
        text="消费者反映：所购沙发三次更换仍有异味，商家未按承诺退款，请于期限内核实并书面答复。",
    )  # fmt: skip
    voice = book.write_down(workspace_id=here, entry=letter, now=until - HOUR)
    actions.open_case(workspace_id=here, voice_id=voice.pk, now=until - HOUR)
