"""What a system wrote of a customer, as people read it."""

from django.utils import timezone, translation

from allears.web.templatetags.stories import plain_word, trait_value, trait_word


def test_a_time_is_read_in_the_readers_zone_and_form() -> None:
    with timezone.override("Asia/Shanghai"), translation.override("zh-hans"):
        assert plain_word("2026-11-23T16:28:21.331143+00:00") == "2026年11月24日 00:28"
        assert plain_word("2026-11-23") == "2026年11月23日"


def test_what_only_looks_like_a_time_stays() -> None:
    with translation.override("zh-hans"):
        for text in ("2026-13-45", "2026-11-23T99:00", "WF-2026-11-23", "2026-11", "20261123"):
            assert plain_word(text) == text


def test_our_traits_are_named_in_the_readers_language_and_the_companys_as_it_names_them() -> None:
    with translation.override("zh-hans"):
        assert (trait_word("timezone"), trait_word("home_city")) == ("时区", "home city")
        assert (trait_value("zh", "language"), trait_value(True, "vip")) == ("中文", "是")
