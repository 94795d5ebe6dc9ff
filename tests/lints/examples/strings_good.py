# as: src/allears/listen/models.py
"""Talks about allears.respond.jobs in words, which is no dependency."""

customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE)
workspace = models.ForeignKey("accounts.Workspace", on_delete=models.CASCADE)
survey = models.ForeignKey("Survey", on_delete=models.CASCADE)
user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
adapter = importlib.import_module(f"{package}.adapter")
TASK = "allears.outreach.jobs.send"
