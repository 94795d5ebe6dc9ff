"""The quick reader gives what the tolerant one gives, to the last digest, and leaves to it what it cannot judge."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from allears.events.imports import regular, staging
from allears.events.imports.reading import open_table
from allears.events.imports.tables import Table
from tests.imports.test_reading import written

TRICKY = (
    'id,text,note\r\n1,"two\nlines, and a comma",x\n2,  trimmed\u3000,"say ""hi"""\n\n,,\n3,mid"dle,\u00a0\n'
    '4,\'=SUM(A1),é\n5,"closed"after,\n   ,  ,   \n6,,last'
)


def staged(table: Table, folder: Path) -> tuple[int, list[Any], str]:
    found = staging.stage(table, folder)
    block = found.block(start=0, count=found.rows)
    return found.rows, [block.row(place) for place in range(len(block))], found.about["first"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_both_readers_agree(tmp_path: Path, encoding: str) -> None:
    table = open_table(written(tmp_path, TRICKY, encoding=encoding))
    assert table.columnwise is not None
    assert sum(batch.num_rows for batch in table.columnwise()) == 7
    assert staged(table, tmp_path / "quick") == staged(replace(table, columnwise=None), tmp_path / "tolerant")


def test_both_readers_agree_over_many_blocks(tmp_path: Path) -> None:
    lines = "".join(f"{n},{n % 5},row {n % 9000} says something\n" for n in range(40_000))
    table = open_table(written(tmp_path, "id,stars,text\n" + lines))
    quick, tolerant = (
        staging.stage(each, tmp_path / name)
        for name, each in (("quick", table), ("tolerant", replace(table, columnwise=None)))
    )
    assert quick.rows == tolerant.rows == 40_000
    for start in (0, 8_191, 16_384, 39_990):
        ours, theirs = (each.block(start=start, count=20) for each in (quick, tolerant))
        assert (ours.first, ours.columns, ours.digests) == (theirs.first, theirs.columns, theirs.digests)


@pytest.mark.parametrize(
    "content",
    [
        "a,b\n1,2\n1,2,3\n",
        b"a,b\n1,\xff\xfe\n" + "2,é\n3,ü\n4,ö\n".encode() * 200,
        "a,b\n1,x\x00y\n",
        "a,b\n1," + "x" * 70_000 + "\n",
    ],
    ids=["ragged", "foreign bytes", "zero byte", "huge cell"],
)
def test_what_needs_judging_goes_to_the_tolerant_reader(tmp_path: Path, content: str | bytes) -> None:
    table = open_table(written(tmp_path, content))
    assert table.columnwise is not None
    with pytest.raises(regular.IrregularError):
        list(table.columnwise())
    assert staging.stage(table, tmp_path / "staged").rows == len(list(table.rows()))
