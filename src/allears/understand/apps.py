from django.apps import AppConfig

from allears.customers.personal import register_personal
from allears.jobs.loops import register_loop
from allears.jobs.sources import register_leaning, register_source
from allears.understand import personal


class UnderstandConfig(AppConfig):
    name = "allears.understand"

    def ready(self) -> None:
        from allears.jobs.bus import listen_to_all  # models are loaded by now
        from allears.jobs.schedules import every
        from allears.listen.originals import register_masker
        from allears.listen.words.beside import register_marks

        listen_to_all("allears.understand.reading.note")  # voice.received: the voice waits to be read
        every(86_400, "allears.understand.jobs.learn_again")
        register_masker("allears.understand.text.masking.mask")
        register_marks(table="understand_voicelabel", marks_of="allears.understand.filtering.marks_of")
        register_loop("annotations", "allears.understand.reading.run_once", "annotations")
        register_personal(*personal.DECLARED)
        register_source("annotations", "allears.understand.lake.SOURCE")
        register_leaning("annotations", on="voices", keys="allears.understand.lake.keys_of_voices", link="voice")
