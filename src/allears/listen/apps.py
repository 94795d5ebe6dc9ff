from django.apps import AppConfig

from allears.customers.personal import register_personal
from allears.events.batch import subscribe_batch
from allears.events.exports.tables import register_export
from allears.events.imports.kinds import register_kind
from allears.events.inbound.targets import register_voice_taker
from allears.events.webhooks.catalogue import register_event_type
from allears.jobs.loops import register_loop
from allears.jobs.sources import register_source
from allears.listen import personal
from allears.outreach.registry import (
    register_delivery_hook,
    register_failure_hook,
    register_rehearser,
    register_releaser,
    register_second_thought,
)


class ListenConfig(AppConfig):
    name = "allears.listen"

    def ready(self) -> None:
        from allears.jobs.bus import subscribe  # these store rows, so they wait until models are loaded
        from allears.jobs.schedules import every

        subscribe("source.stopped", "allears.listen.sources.notices.tell_admins")
        every(600, "allears.listen.jobs.close_partials")
        register_loop("sources", "allears.listen.sources.running.run_once", "sources")
        register_loop("voice words", "allears.listen.words.indexing.run_once", "voices")
        subscribe_batch(
            order=20,
            name="probes",
            handler="allears.listen.probing.on_batch",
            question="allears.listen.probing.stamp_query",
        )
        register_event_type("voice.received", "allears.listen.webhooks.VOICE_RECEIVED")
        register_event_type("response.completed", "allears.listen.webhooks.RESPONSE_COMPLETED")
        every(300, "allears.listen.jobs.measure_probes")
        register_rehearser("probe", "allears.listen.simulating.step")
        register_second_thought("allears.listen.absences.came_after_all")
        register_releaser("follow_up", "allears.listen.asking.invite")
        register_delivery_hook("allears.listen.asking.mark_sent")
        register_failure_hook("allears.listen.failing.ask_by_the_next_way")
        register_source("responses", "allears.listen.lake.RESPONSE_SOURCE")
        register_source("asks", "allears.listen.lake.ASK_SOURCE")
        register_source("voices", "allears.listen.lake.VOICE_SOURCE")
        register_kind("voices", "allears.listen.importing.VOICES")
        register_kind("transcripts", "allears.listen.talks.TRANSCRIPTS")
        register_kind("responses", "allears.listen.importing.RESPONSES")
        register_export("voices", "allears.listen.exporting.VOICES")
        register_export("responses", "allears.listen.exporting.RESPONSES")
        register_voice_taker("allears.listen.inbound.take_voice")
        register_personal(*personal.DECLARED)
