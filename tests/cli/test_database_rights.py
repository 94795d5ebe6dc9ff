"""What the doctor says of a PostgreSQL role that does not own its database."""

import pytest
from django.db import connection

from allears.cli.diagnosis import missing_rights

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def test_a_role_that_owns_its_database_lacks_nothing() -> None:
    assert list(missing_rights()) == []


def test_a_role_that_owns_nothing_is_told_what_it_lacks() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE ears_visitor")
        cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        cursor.execute("SET LOCAL ROLE ears_visitor")
        try:
            makes, owns = missing_rights()
        finally:
            cursor.execute("RESET ROLE")
    assert (makes.level, makes.says) == ("error", "the role ears_visitor may not make tables in the schema public")
    assert "OWNER TO ears_visitor" in makes.do
    assert "of our tables belong to another role than ears_visitor" in owns.says
    assert owns.do.endswith("TO ears_visitor")
