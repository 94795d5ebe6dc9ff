"""Keys of the touchpoints that a file names."""

import pytest

from allears.journeys.importing import LONGEST_KEY, key_of


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Virgin America", "virgin-america"),
        ("人民路店", "人民路店"),
        ("Café No. 5", "café-no-5"),
    ],
)
def test_a_key_can_be_read_in_the_letters_of_its_name(name: str, key: str) -> None:
    assert key_of(name) == key


def test_names_without_letters_and_long_ones_keep_keys_of_their_own() -> None:
    long = [f"{'a very long name of a shop ' * 4}{number}" for number in range(2)]
    keys = [key_of(name) for name in ("!!!", "???", *long)]
    assert len(set(keys)) == 4
    assert all(key and len(key) <= LONGEST_KEY for key in keys)
