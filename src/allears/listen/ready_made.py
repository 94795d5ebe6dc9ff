"""Surveys to start from, in both languages; each family is a fatigue clock of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from allears.listen import ready_moments
from allears.listen.definition import Definition, Mail, Question, Score, Words


@dataclass(frozen=True, kw_only=True)
class ReadyMade:
    """A survey that is there before anybody has written one."""

    key: str
    name: Mapping[str, str]
    family: str
    definition: Definition


def _both(en: str, zh: str) -> dict[str, str]:
    return {"en": en, "zh": zh}


THANKS = _both(
    "Thank you. A person reads every answer; if something went wrong, we will see to it.",
    "谢谢您。每一条回答都有人认真阅读；如果哪里没做好，我们会跟进处理。",
)


def _why(bands: Mapping[Literal["low", "middle", "high"], dict[str, str]] | None = None) -> Words:
    return Words(
        name="why",
        text=_both("What is the main reason for your score?", "您打这个分数，主要是因为什么？"),
        for_bands={
            "low": _both("What went wrong, and what should we do better?", "哪里让您失望了？我们该怎么改进？"),
            "middle": _both("What kept it from being great?", "还差在哪里，您就会觉得很棒？"),
            "high": _both("What did you like most?", "您最满意的是什么？"),
            **(bands or {}),
        },
        placeholder=_both("In your own words", "请随意写几句"),
    )


def _survey(*, title: dict[str, str], subject: dict[str, str], intro: dict[str, str], questions: list[Question]) -> Any:
    return Definition(
        languages=["en", "zh"], title=title, mail=Mail(subject=subject, intro=intro), questions=questions, thanks=THANKS
    )


NPS = ReadyMade(
    key="nps-why",
    name=_both("NPS with why", "NPS（含原因）"),
    family="nps",
    definition=_survey(
        title=_both("Your experience with {company}", "您对{company}的体验"),
        subject=_both("Would you recommend {company}?", "您愿意推荐{company}吗？"),
        intro=_both("One question, one tap. It takes ten seconds.", "只有一个问题，点一下就好，十秒钟。"),
        questions=[
            Score(
                name="nps",
                metric="nps",
                text=_both(
                    "How likely are you to recommend {company} to a friend or colleague?",
                    "您有多大可能把{company}推荐给朋友或同事？",
                ),
                low=_both("Not at all likely", "完全不可能"),
                high=_both("Extremely likely", "非常可能"),
            ),
            _why(),
        ],
    ),
)
CSAT = ReadyMade(
    key="csat",
    name=_both("Satisfaction (CSAT)", "满意度（CSAT）"),
    family="csat",
    definition=_survey(
        title=_both("How was it?", "这次体验怎么样？"),
        subject=_both("How did we do?", "这次我们做得怎么样？"),
        intro=_both("Tell us with one tap how satisfied you are.", "点一下，告诉我们您是否满意。"),
        questions=[
            Score(
                name="csat",
                metric="csat",
                text=_both("How satisfied are you with this experience?", "您对这次体验的满意程度如何？"),
                low=_both("Very dissatisfied", "很不满意"),
                high=_both("Very satisfied", "非常满意"),
            ),
            _why(),
        ],
    ),
)
CES = ReadyMade(
    key="ces",
    name=_both("Effort (CES)", "费力度（CES）"),
    family="ces",
    definition=_survey(
        title=_both("Was it easy?", "办得顺利吗？"),
        subject=_both("Did we make it easy for you?", "这次办理顺利吗？"),
        intro=_both("One tap tells us whether we made it easy.", "点一下，告诉我们办得顺不顺。"),
        questions=[
            Score(
                name="ces",
                metric="ces",
                text=_both(
                    "“{company} made it easy for me to get this done.” Do you agree?",
                    "“{company}让我很轻松地办成了这件事。”您同意吗？",
                ),
                low=_both("Strongly disagree", "完全不同意"),
                high=_both("Strongly agree", "完全同意"),
            ),
            _why(
                {
                    "low": _both("What made it hard?", "哪一步让您觉得麻烦？"),
                    "middle": _both("What could have been easier?", "哪里还可以更省事？"),
                    "high": _both("What made it easy?", "哪里让您觉得省心？"),
                }
            ),
        ],
    ),
)
FOLLOW_UP = ReadyMade(
    key="case-follow-up",
    name=_both("After a case", "工单回访"),
    family="follow_up",
    definition=_survey(
        title=_both("Is it settled?", "问题解决了吗？"),
        subject=_both("Did we make it right?", "我们把问题处理好了吗？"),
        intro=_both(
            "You told us about a problem, and we think it is settled. You have the last word.",
            "您反映的问题，我们认为已经处理完了。是否真的解决，以您说的为准。",
        ),
        questions=[
            Score(
                name="csat",
                metric="csat",
                text=_both("How satisfied are you with the way we handled it?", "您对我们这次的处理满意吗？"),
                low=_both("Very dissatisfied", "很不满意"),
                high=_both("Very satisfied", "非常满意"),
            ),
            _why(
                {
                    "low": _both("What is still open?", "还有哪里没有解决？"),
                    "middle": _both("What should we have done better?", "我们哪里还可以做得更好？"),
                    "high": _both("Is there anything you would like to add?", "还有什么想告诉我们的吗？"),
                }
            ),
        ],
    ),
)
MOMENTS = tuple(
    ReadyMade(key=key, name=_both(en, zh), family=family, definition=definition)
    for key, en, zh, family, definition in ready_moments.ROWS
)
ALL: Mapping[str, ReadyMade] = {each.key: each for each in (NPS, CSAT, CES, FOLLOW_UP, *MOMENTS)}


def name_of(*, key: str, name: str, language: str) -> str:
    """A ready-made survey that nobody renamed is called in the reader's language; any other as it is named."""
    here = ALL.get(key)
    return here.name.get(language[:2], name) if here and name in here.name.values() else name
