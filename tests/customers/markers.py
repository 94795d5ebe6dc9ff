"""Words of one made-up person that stand nowhere else."""

USER_ID = "u-zqxjk-4711"
EMAIL = "zelda.zqxjkv@vqxplonk.test"
SECOND_EMAIL = "zz.second@vqxplonk.test"
OTHER_TEXT = "see the enclosed file, nothing else"
OTHER_EMAIL = "stays@else.test"
PHONE = "+8613877665544"
NAME = "Zeldanora Quixwhyle"
TEXT = "the flumbergast kettle exploded 噼里啪啦碎壶"
MARKERS = ("zqxjk", "vqxplonk", "13877665544", "Zeldanora", "Quixwhyle", "flumbergast", "噼里啪啦碎壶")
