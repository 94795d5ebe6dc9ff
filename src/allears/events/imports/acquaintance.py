"""Whom an import has met: identifiers that were resolved before are not looked up again."""

from dataclasses import dataclass, field

from allears.customers.memory import Memory

Said = tuple[str, str, str, str]  # user id, e-mail address, telephone number, device, as the file has them
MOST = 200_000


@dataclass(slots=True)
class Acquaintance:
    """The memory of one run over one workspace; what a transaction learns counts once it has committed."""

    memory: Memory = field(default_factory=Memory)
    met: dict[Said, int | None] = field(default_factory=dict)
    learnt: dict[Said, int | None] = field(default_factory=dict)
    epoch: int = -1

    def check(self, epoch: int) -> None:
        """Forget everything if identifiers were re-pointed since."""
        self.memory.check(epoch)
        if epoch != self.epoch:
            self.forget()
            self.epoch = epoch

    def keep(self) -> None:
        """The transaction has committed."""
        self.memory.keep()
        if len(self.met) > MOST:
            self.met.clear()
        self.met.update(self.learnt)
        self.learnt.clear()

    def forget(self) -> None:
        """The transaction was undone, or people turned out to be one."""
        self.met.clear()
        self.learnt.clear()
