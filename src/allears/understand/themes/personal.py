"""Where themes hold personal data: nowhere by design, but a name that many say may be a person's."""

from django.utils.translation import gettext_noop

from allears.customers.personal import Erase, Harmless, PersonalTable, typed_by_staff

DECLARED = (
    typed_by_staff(
        "themes.Theme",
        ("name_en", "name_zh", "given_en", "given_zh", "terms"),
        label=gettext_noop("Themes"),
        home="understand.themes",
    ),
    PersonalTable(
        model="themes.ThemeChange",
        columns=("before",),
        erase=Erase.MENTIONS,
        home="understand.themes",
        label=gettext_noop("Changes of themes"),
    ),
    typed_by_staff(
        "themes.ThemeSelection", ("words",), label=gettext_noop("Themes of selections"), home="understand.themes"
    ),
    PersonalTable(
        model="themes.SelectedTheme",
        columns=("name_en", "name_zh", "terms"),
        erase=Erase.MENTIONS,
        home="understand.themes",
        label=gettext_noop("Themes of selections"),
    ),
    Harmless(model="themes.Theme", columns=("topic",), because="a code"),
    Harmless(model="themes.SelectedTheme", columns=("topic", "figures", "members"), because="codes, numbers and ids"),
    Harmless(
        model="themes.ThemeSelection",
        columns=("digest", "rest_of", "metric", "score", "problem"),
        because="codes, numbers, a digest, and our own words",
    ),
    Harmless(model="themes.ThemeRun", columns=("cells", "problem"), because="numbers, and our own words"),
    Harmless(model="themes.ThemeRun", columns=("model",), because="words are in it as hashes of twenty bits only"),
)
