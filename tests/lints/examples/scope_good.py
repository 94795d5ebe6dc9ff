# as: src/allears/respond/queries.py
from allears.respond.models import Case

open_cases = Case.objects.in_workspace(workspace).filter(state="open")
late_everywhere = Case.objects.across_workspaces().filter(due__lt=now)
opened = Case.objects.create(workspace=workspace, subject="Late parcel")
found = get_object_or_404(Case.objects.in_workspace(workspace), pk=1)
workspaces = Workspace.objects.filter(slug="default")
related = customer.cases.filter(state="open")
