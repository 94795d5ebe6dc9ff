# as: src/allears/respond/queries.py
from allears.respond.models import Case

open_cases = Case.objects.filter(state="open")  # expect: workspace-scope
one_case = Case.objects.get(pk=1)  # expect: workspace-scope
every_case = Case.objects.all()  # expect: workspace-scope
handed_on = print(Case.objects)  # expect: workspace-scope
by_default_manager = Case._default_manager.first()  # expect: workspace-scope
found = get_object_or_404(Case, pk=1)  # expect: workspace-scope
through_module = models.Case.objects.count()  # expect: workspace-scope
made_or_found = Case.objects.get_or_create(pk=1)  # expect: workspace-scope
