"""Words for the work behind the scenes: what each task of the queue does, for whoever watches it."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy

WORK: Final[Mapping[str, Any]] = {
    "allears.accounts.jobs.post_invitation": gettext_lazy("Mail an invitation"),
    "allears.customers.jobs.complete_numbers": gettext_lazy("Complete phone numbers with their country code"),
    "allears.customers.jobs.erase": gettext_lazy("Erase a customer"),
    "allears.customers.jobs.finish_erasures": gettext_lazy("Go on with erasures that were cut short"),
    "allears.customers.jobs.retain": gettext_lazy("Remove what is older than its period"),
    "allears.events.exports.jobs.expire_exports": gettext_lazy("Remove exports whose link has expired"),
    "allears.events.exports.jobs.write_export": gettext_lazy("Write an export"),
    "allears.events.imports.jobs.expire_uploads": gettext_lazy("Remove uploads that nobody finished"),
    "allears.events.imports.jobs.read_upload": gettext_lazy("Read an uploaded file and propose its mapping"),
    "allears.events.imports.jobs.run_import": gettext_lazy("Carry an import in"),
    "allears.events.imports.jobs.try_import": gettext_lazy("Try an import without writing"),
    "allears.events.imports.jobs.undo_import": gettext_lazy("Take an import back"),
    "allears.events.inbound.jobs.map_request": gettext_lazy("Read what came to an inbound address"),
    "allears.events.webhooks.jobs.clean_up": gettext_lazy("Forget old calls of webhooks"),
    "allears.events.webhooks.notice.tell_admins": gettext_lazy("Tell the admins that a webhook was switched off"),
    "allears.jobs.schedules.clean_up": gettext_lazy("Forget old jobs"),
    "allears.listen.jobs.close_partials": gettext_lazy("Close answers that nobody goes on with"),
    "allears.listen.jobs.measure_probes": gettext_lazy("Measure what each probe knows"),
    "allears.listen.jobs.uncount": gettext_lazy("Count a repeated voice only once"),
    "allears.listen.sources.notices.tell_admins": gettext_lazy("Tell the admins that a source stopped"),
    "allears.listen.studies.jobs.run_waves": gettext_lazy("Open and close waves of studies"),
    "allears.operations.jobs.back_up": gettext_lazy("Back up"),
    "allears.operations.jobs.gather_statistics": gettext_lazy("Keep the database quick"),
    "allears.operations.jobs.nightly_backup": gettext_lazy("See whether the night’s back-up is due"),
    "allears.outreach.delivery.numbers.complete_barred": gettext_lazy("Complete phone numbers that are not written to"),
    "allears.outreach.jobs.after_failure": gettext_lazy("Ask by another channel after a failure"),
    "allears.outreach.jobs.rehearse": gettext_lazy("Rehearse a policy on the past"),
    "allears.people.jobs.send_digest": gettext_lazy("Mail a digest"),
    "allears.people.jobs.send_digests": gettext_lazy("See whose digest is due"),
    "allears.respond.jobs.ask_follow_up": gettext_lazy("Ask a customer whether it is solved"),
    "allears.respond.jobs.open_case": gettext_lazy("See that a voice has its case and owner"),
    "allears.respond.jobs.rehome": gettext_lazy("Hand on the cases of a member who left"),
    "allears.respond.jobs.tend": gettext_lazy("Watch the clocks of cases"),
    "allears.understand.jobs.learn_again": gettext_lazy("Learn from corrected labels"),
    "allears.understand.jobs.train": gettext_lazy("Train a model"),
    "allears.understand.plugin.jobs.compare": gettext_lazy("Compare the outside model with ours"),
    "allears.understand.themes.jobs.find_anew": gettext_lazy("See whether themes are due to be found anew"),
    "allears.understand.themes.jobs.judge": gettext_lazy("See which themes are bursting"),
    "allears.understand.themes.jobs.run": gettext_lazy("Find themes"),
    "allears.understand.themes.jobs.select": gettext_lazy("Find the themes of a selection"),
    "allears.understand.themes.jobs.split": gettext_lazy("Split a theme"),
    "allears.understand.themes.jobs.take_in": gettext_lazy("See whether new voices wait for their themes"),
    "allears.understand.themes.jobs.take_in_one": gettext_lazy("Put new voices into their themes"),
}


def job_words(task: str) -> str:
    """What a task does; one of a plug-in or an older version keeps its name."""
    return str(WORK.get(task, task))
