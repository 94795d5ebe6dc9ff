"""Parts of the terminal's progress bars."""

from rich.progress import ProgressColumn, Task
from rich.text import Text

from allears.cli.words import gettext as _


class RateColumn(ProgressColumn):
    """How many rows a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(_("{n} rows/s").format(n=f"{speed:,.0f}") if speed else "", style="progress.data.speed")
