# as: src/allears/listen/actions.py
from django.apps import apps

case_model = apps.get_model("respond", "Case")  # expect: string-access
also = get_model("respond.Case")  # expect: string-access
by_content_type = content_type.model_class()  # expect: string-access
module = importlib.import_module("allears.respond.actions")  # expect: string-access  # expect: string-access
case = models.ForeignKey("respond.Case", on_delete=models.CASCADE)  # expect: string-access
neighbour = models.OneToOneField("understand.Score", on_delete=models.CASCADE)  # expect: string-access
SUBSCRIBER = "allears.respond.jobs.open_case"  # expect: string-access
