"""Voices with a known truth: three themes told in both languages, each voice in words of its own."""

import random

PARCEL = (
    "my parcel arrived late|the courier never rang|delivery was three days late|the parcel is lost|it never arrived"
)
APP = "the app crashes at login|the verification code never comes|the app freezes|login fails|the app won't load"
ROOM = "the room was dirty|the bathroom smelled|hair in the shower|the hotel carpet had a stain|the toilet was filthy"
SAID = (
    (PARCEL, "快递送货晚了|快递员不打电话|包裹还没到|物流一直不更新|派送超时了两天"),
    (APP, "APP一登录就闪退|验证码收不到|软件打不开|更新以后页面卡死|登录不上去"),
    (ROOM, "房间很脏|卫生间有异味|浴室里有头发|酒店地毯不干净|马桶有污渍"),
)
EXTRA = (
    "honestly|on my street|for my mother|this winter|as my brother warned|on a rainy Monday|near the station",
    "真是的|家里人都说|在上海|给妈妈买的|冬天|老样子|单位附近",
)


def voices(each: int = 40, *, seed: int = 3) -> tuple[list[str], list[int]]:
    """Texts, English and Chinese by turns, and the theme of each."""
    rng, texts, truth = random.Random(seed), [], []
    for theme, sides in enumerate(SAID):
        for _ in range(each):
            for between, side, extra in zip((", ", "，"), sides, EXTRA, strict=True):
                texts.append(between.join([*rng.sample(side.split("|"), 2), *rng.sample(extra.split("|"), 2)]))
                truth.append(theme)
    return texts, truth
