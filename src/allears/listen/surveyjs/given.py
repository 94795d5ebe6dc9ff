"""A part of a SurveyJS file that knows what of it was looked at, so that nothing is left behind unsaid."""

from collections.abc import Mapping
from typing import Any

LOOKS = frozenset(
    ["colCount", "cols", "startWithNewLine", "width", "minWidth", "maxWidth", "titleLocation", "titleWidth",
     "indent", "descriptionLocation", "hideNumber", "showNumber", "size", "autoGrow", "allowResize", "renderAs",
     "state", "rateDisplayMode", "rateColorMode", "scaleColorMode", "displayMode", "showProgressBar",
     "progressBarType", "progressBarLocation", "widthMode", "headerView", "showQuestionNumbers",
     "questionTitleLocation", "questionErrorLocation", "questionDescriptionLocation", "questionTitlePattern",
     "showTitle", "showPageTitles", "showPageNumbers", "requiredText", "requiredMark", "logoPosition", "logoWidth",
     "logoHeight", "logoFit", "imageHeight", "imageWidth", "imageFit", "searchEnabled", "itemSize", "innerIndent",
     "showPreview", "alternateRows", "verticalAlign", "columnMinWidth", "rowTitleWidth", "navigationTitle",
     "minTextWidth", "contentMode", "maxHeight", "minHeight", "fitToContainer", "backgroundOpacity", "themeVariables"]
)  # fmt: skip


class Given:
    """A mapping of the file; ``get`` is remembered."""

    def __init__(self, source: Any) -> None:
        if not isinstance(source, Mapping):
            raise TypeError(f"{str(source)[:60]!r} stands where an object is expected")
        self.source, self.seen = source, set[str]()

    def get(self, *names: str) -> Any:
        """The first of these that says something; older files call some things otherwise."""
        self.seen.update(names)
        return next((each for name in names if (each := self.source.get(name)) not in (None, "")), None)

    def word(self, name: str) -> str:
        found = self.get(name)
        return "" if found is None else str(found)

    def rest(self) -> list[str]:
        """What nobody looked at, looks aside."""
        return sorted(str(name) for name in set(self.source) - self.seen - LOOKS)

    def looks(self) -> list[str]:
        return [str(name) for name in self.source if name in LOOKS and name not in self.seen]


def listed(source: Any) -> list[Any]:
    """What should be a list; raises TypeError for anything but one, or nothing."""
    if source is None or isinstance(source, list | tuple):
        return list(source or ())
    raise TypeError(f"{str(source)[:60]!r} stands where a list is expected")


def figure(source: Any) -> float | None:
    """A number, also one in quotes."""
    if isinstance(source, bool):
        return None
    try:
        found = float(source)
    except (TypeError, ValueError):
        return None
    return found if abs(found) < 1e15 else None
