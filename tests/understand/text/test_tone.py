"""Tone: each aspect told apart in both languages, with the words that earned it."""

import pytest

from allears.understand.text.advising import ADVICE, NAMES
from allears.understand.text.tone import ASPECTS, WEIGHTS, tone

ANGRY_EN = "Where is my parcel? It is a week late and I am furious. When will it arrive?"
ANGRY_ZH = "我的包裹到底在哪里？什么时候能到？气死了，态度还这么差！"
GOOD_EN = (
    "Dear Ms Doyle,\n\nI am sorry that your parcel was lost: that was our mistake. It lies in our depot in"
    " Leeds. I have "
    "sent it on this morning, and I will call you by Friday to make sure that it is with you.\n\nTom"
)
BAD_EN = (
    "Dear Customer, we apologise for any inconvenience caused. Your feedback is important to us. Your case has been "
    "escalated to the relevant department and will be reviewed as soon as possible. As per our policy, no "
    "refund is due."
)
GOOD_ZH = (
    "王女士您好：非常抱歉，包裹是我们漏发的，现在在上海仓库里。我已经为您补发，今天下午5点前我会把单号发给"
    "您，后天能到。接下来您不用做什么。"
)
BAD_ZH = (
    "尊敬的客户，感谢您的反馈。如给您带来不便，敬请谅解。经系统显示，您的问题已转交相关部门进行处理，会有专"
    "人尽快联系您。按规定不予退款。"
)


@pytest.mark.parametrize(
    ("good", "bad", "angry", "name"),
    [(GOOD_EN, BAD_EN, ANGRY_EN, "Katherine Doyle"), (GOOD_ZH, BAD_ZH, ANGRY_ZH, "王芳")],
    ids=["en", "zh"],
)
def test_a_caring_answer_scores_far_above_a_form_letter_on_every_aspect(
    good: str, bad: str, angry: str, name: str
) -> None:
    cared, formal = tone(good, reply_to=angry, name=name), tone(bad, reply_to=angry, name=name)
    assert cared.score >= 0.8
    assert formal.score <= 0.35
    for aspect in ("warmth", "clarity", "ownership", "apology", "answered", "name", "personal"):
        better, worse = cared.of(aspect).score, formal.of(aspect).score
        assert better is not None, aspect
        assert worse is not None, aspect
        assert better > worse, aspect


def test_every_aspect_is_named_and_every_advice_has_words() -> None:
    found = tone(BAD_EN, reply_to=ANGRY_EN, name="Katherine Doyle")
    assert tuple(each.name for each in found.aspects) == ASPECTS == tuple(sorted(NAMES, key=ASPECTS.index))
    assert set(WEIGHTS) == set(ASPECTS) - {"formality"}
    advised = {each.advice for text in (BAD_EN, BAD_ZH) for each in tone(text, reply_to=ANGRY_EN, name="X Y").aspects}
    assert advised - {""} <= set(ADVICE)
    assert {"cold", "empty_apology", "answer", "name", "template"} <= advised


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("We are sorry if you were offended.", "sorry if"),
        ("We apologise for any inconvenience.", "apologise for any inconvenience"),
        ("如有不便，深表歉意。", "如有不便"),
        ("给您带来不便，敬请谅解。", "给您带来不便"),
    ],
)
def test_an_empty_apology_is_told_from_a_real_one(text: str, said: str) -> None:
    apology = tone(text).of("apology")
    assert apology.score == 0.2
    assert apology.advice == "empty_apology"
    assert said in [text[slice(*span)] for span in apology.spans]


@pytest.mark.parametrize("text", ["I'm sorry we sent the wrong size, our mistake.", "对不起，尺码是我们发错的。"])
def test_a_real_apology(text: str) -> None:
    assert (tone(text).of("apology").score or 0) >= 0.7


def test_no_apology_is_asked_for_where_nobody_complains() -> None:
    assert tone("It is open until nine.", reply_to="Lovely shop! How long is it open?").of("apology").score is None
    assert tone("It is open until nine.", reply_to=ANGRY_EN).of("apology").advice == "apologise"


@pytest.mark.parametrize(
    ("text", "promised", "deadline"),
    [
        ("I will call you back by Friday.", "I will call you back by Friday", "by Friday"),
        (
            "We'll refund the fee within 3 working days.",
            "We'll refund the fee within 3 working days",
            "within 3 working days",
        ),
        ("We will look into it as soon as possible.", "We will look into it as soon as possible", None),
        ("我会在24小时内给您回电。", "我会在24小时内给您回电", "24小时内"),
        ("我们会尽快回复。", "我们会尽快回复", None),
    ],
)
def test_a_promise_with_its_deadline(text: str, promised: str, deadline: str | None) -> None:
    (found,) = tone(text).promises
    assert text[found.start : found.end] == promised
    assert (found.deadline and text[slice(*found.deadline)]) == deadline
    assert tone(text).of("promise").advice == ("" if deadline else "deadline")


def test_which_questions_are_answered() -> None:
    asked = "Where is my parcel? Can I get a refund of the shipping fee? Why did nobody call?"
    found = tone("The shipping fee goes back to your card today.", reply_to=asked)
    assert [(each.kind, each.answered) for each in found.questions] == [
        ("where", False),
        ("other", True),
        ("why", False),
    ]
    assert found.of("answered").score == round(1 / 3, 3)
    asked = "发票什么时候能开？积分怎么没了？"
    found = tone("发票周五前开好发到您邮箱。", reply_to=asked)
    assert [(asked[each.start : each.end], each.answered) for each in found.questions] == [
        ("发票什么时候能开？", True),
        ("积分怎么没了？", False),
    ]
    assert tone("Thanks!", reply_to="All good here.").of("answered").score is None


def test_long_sentences_office_words_and_hidden_doers_cost_clarity() -> None:
    long = "We went through the whole of the order with the people who packed it and " * 3 + "found it."
    assert tone(long).of("clarity").advice == "long"
    assert tone("Pursuant to the aforementioned terms, remit it.").of("clarity").advice == "jargon"
    assert tone("Your claim was processed. It has been noted.").of("clarity").advice == "passive"
    assert tone("已被受理，将被处理。").of("clarity").advice == "passive"
    assert tone("I sent it today.").of("clarity").score == 1.0


def test_formality_is_a_manner_and_mixed_address_is_told() -> None:
    assert (tone("Hey! No worries, super easy stuff lol").of("formality").score or 0) < 0.2
    assert (tone("Dear Sir, we wish to inform you. Yours faithfully").of("formality").score or 0) > 0.7
    assert tone("您好，你的包裹到了。").of("formality").advice == "address"
    assert tone("您好，您的包裹到了。").of("formality").advice == ""


def test_an_empty_text_and_one_of_signs_alone_are_no_accident() -> None:
    for text in ("", "…", "👍👍", "\n\n"):
        assert 0 <= tone(text).score <= 1


@pytest.mark.parametrize(
    ("text", "promises"),
    [
        ("I'm truly sorry. It leaves our depot today and arrives by Thursday.", 1),
        ("By Friday 5 pm you'll have the new one.", 1),
        ("这件事由我负责到底，明天上午十点前给您回电话。", 1),
        ("是我们没做好，对不起。款项已经原路退回，周一到账。", 1),
        ("我昨天已经给您退了款。", 0),
        ("We are closed on Monday.", 0),
    ],
)
def test_a_date_without_will_is_a_promise_too(text: str, promises: int) -> None:
    said = tone(text)
    assert [each.deadline is not None for each in said.promises] == [True] * promises
    assert said.of("promise").score == (1.0 if promises else None)


@pytest.mark.parametrize(
    "text", ["I'm truly sorry that this happened.", "We are very sorry.", "I'm really sorry, Anna."]
)
def test_sorry_with_an_adverb_is_an_apology(text: str) -> None:
    assert (tone(text, reply_to=ANGRY_EN).of("apology").score or 0) >= 0.7
