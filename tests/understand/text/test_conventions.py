"""Conventions of micro-blogs and chats: signs of feeling are known, and only the writer's own words count."""

import pytest

from allears.understand.text.builtin import annotator
from allears.understand.text.conventions import plain
from allears.understand.text.corpus import LANGUAGES, Language
from allears.understand.text.normal import language_of


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("又停电了[泪][怒]", "又停电了😢  😡  "),
        ("[不认识]的号码", "[不认识]的号码"),  # words in brackets that are no emoticon stay
        ("坏了T_T", "坏了😢  "),
        ("到了^_^", "到了😊  "),
        ("排到第九十号orz", "排到第九十号😓  "),
        ("好笑23333", "好笑哈哈哈哈哈"),
        ("一共233元，房间2333", "一共233元，房间哈哈哈哈"),
        ("好看hhhh", "好看哈哈哈哈"),
        ("好多东西🫠", "好多东西😓"),
        ("👍🏽", "👍 "),
    ],
)
def test_signs_of_feeling_become_signs_that_the_model_knows(written: str, read: str) -> None:
    assert plain(written, "zh") == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("closed again :(", "closed again 😢 "),
        ("thanks:)", "thanks😊 "),
        ("http://a.b/c :/", "http://a.b/c 😒 "),
        ("in <3 days, at 10:30 (see note)", "in <3 days, at 10:30 (see note)"),
        ("the driver waited <3", "the driver waited 😍 "),
        ("2333 hhhh", "2333 hhhh"),
        ("plain words only", "plain words only"),
    ],
)
def test_faces_of_letters_are_told_from_figures_and_links(written: str, read: str) -> None:
    assert plain(written, "en") == read


@pytest.mark.parametrize(
    ("written", "own"),
    [
        ("踩雷了 //@美食君: 太好吃了，推荐", "踩雷了"),
        ("踩雷了//@***：太好吃了 //@乙:真的", "踩雷了"),  # with the name masked
        ("[赞] //@美食君: 太难吃了", "👍"),
        ("转发微博 //@小明: 明天上午九点", "明天上午九点"),  # nothing of one's own: what was passed on is read
        ("回复@阿良:地铁B口出来就是", "地铁B口出来就是"),
        ("谢谢@某某航空 行李找回来了", "谢谢 行李找回来了"),
        ("#垃圾快递# 我这边第二天就到了", "我这边第二天就到了"),
        ("#垃圾快递#", "#垃圾快递#"),
        ("邮箱 a@b.cn 没有回信", "邮箱 a@b.cn 没有回信"),
    ],
)
def test_only_words_of_ones_own_count(written: str, own: str) -> None:
    found = plain(written, "zh")
    assert len(found) == len(written)
    assert " ".join(found.split()) == own


def test_a_tweet_passed_on_with_a_word_of_ones_own() -> None:
    assert plain("Awful. RT @acme: the best airline", "en").strip() == "Awful."
    assert plain("RT @acme: the best airline", "en").strip() == "the best airline"


def test_every_convention_keeps_the_length_and_its_sign_is_known() -> None:
    from allears.understand.text import conventions, lexicon

    table = conventions._table()
    assert {kind: len(signs) for kind, signs in table.items()} == {"names": 166, "emoji": 69, "faces": 111}
    for language in LANGUAGES:
        known = lexicon.sentiment(language)
        signs = {sign for kind in table.values() for sign in kind.values()}
        assert {sign for sign in signs if plain(sign, language) not in known} == set()
    for name in table["names"]:
        assert len(plain(f"[{name}]", "zh")) == len(name) + 2
    for face in table["faces"]:
        assert len(plain(face, "en")) == len(face)


@pytest.mark.parametrize(
    ("language", "text", "feeling"),
    [
        ("zh", "我排了一小时 //@官方客服:感谢您的支持，我们会提供最优质的服务", "negative"),
        ("zh", "已经第三次来了[嘻嘻] //@路人甲: 这家店太垃圾了，服务差到爆", "positive"),
        ("zh", "房间比照片还大[色]", "positive"),
        ("en", "refund came through in an hour (^o^)", "positive"),
        ("en", "courier left it in the rain 😿😿", "negative"),
    ],
)
def test_the_built_in_model_reads_them(language: Language, text: str, feeling: str) -> None:
    (said,) = annotator().annotate([text], languages=[language])
    assert said.value("sentiment") == feeling
    assert all(0 <= start < end <= len(text) for label in said.labels for start, end in label.spans)


def test_the_version_of_what_is_said_names_the_conventions_too() -> None:
    """The weights stand as they were when a sign is added, but an annotation from before is another's."""
    from allears.understand.text import conventions, faults
    from allears.understand.text.builtin import annotator, shipped_digest

    steps = f"{conventions.digest()[:4]}.{faults.digest()[:4]}"
    assert annotator().version == f"built-in {shipped_digest()[:8]}.{steps}"
    assert annotator().annotate(["好"])[0].model == annotator().version


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Please leave it with the concierge, thanks", "en"),
        ("Looking for a size 9. Thanks!", "en"),
        ("I need two tickets for Friday, thanks", "en"),
        ("@united When will flights from Belfast resume? Thank you!", "en"),
        ("下单时备注了不要香菜，谢谢", "zh"),
        ("请问可以改一下收货地址吗？谢谢您啦~", "zh"),
        ("请问到账了吗，谢谢", "zh"),
        ("麻烦帮我看一下发货了没有，谢谢", "zh"),
    ],
)
def test_thanks_that_end_a_request_are_good_manners(text: str, language: Language) -> None:
    assert len(plain(text, language)) == len(text)
    assert annotator().annotate([text], languages=[language])[0].value("sentiment") == "neutral"


@pytest.mark.parametrize(
    ("text", "language"), [("Fixed within the hour, thank you!", "en"), ("师傅很准时，谢谢！", "zh")]
)
def test_thanks_for_what_was_done_count(text: str, language: Language) -> None:
    assert plain(text, language) == text
    assert annotator().annotate([text], languages=[language])[0].value("sentiment") == "positive"


@pytest.mark.parametrize(
    "said",
    [
        "This is exactly what I was looking for. Thank you!!",
        "People need to hear this more. Thank you.",
        "客服很快帮我解决了，非常感谢！",
        "师傅主动帮忙搬上楼了，谢谢！",
        "咨询的问题都解答清楚了，谢谢客服",
        "开心得不要不要的，谢谢老板",
    ],
)
def test_thanks_beside_words_of_asking_that_ask_nothing_are_meant(said: str) -> None:
    """Words of asking stood there in what is told; the thanks were blotted out as the manners that end a request."""
    language = language_of(said)
    assert plain(said, language) == said
