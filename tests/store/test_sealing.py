"""A sealed secret opens for its purpose and with the installation's key, and for nothing else."""

from typing import Any

import pytest

from allears.store.sealing import UnreadableSecretError, seal, unseal

# As the key "kept" sealed it once: what stands in a company's database must go on opening.
KEPT = (
    "gAAAAABrBIXxz0dcCHzVUQy1ByJ_gKRBeEodCeoz7SXqXexWU0byEihVFQ2xq5Fv"
    "w7B-1vd3tGWK1qSug4HAdWhQMTq1ST6tSg-c81pGAk67W9ebocVor5Q="
)


def test_what_was_sealed_long_ago_still_opens(settings: Any) -> None:
    settings.SECRET_KEY = "kept"
    assert unseal(KEPT, purpose=b"allears.listen.sources") == '{"password": "geheim"}'


def test_another_purpose_or_key_does_not_open_it(settings: Any) -> None:
    sealed = seal("geheim", purpose=b"one")
    assert "geheim" not in sealed
    assert unseal(sealed, purpose=b"one") == "geheim"
    with pytest.raises(UnreadableSecretError):
        unseal(sealed, purpose=b"another")
    settings.SECRET_KEY = "another"
    with pytest.raises(UnreadableSecretError):
        unseal(sealed, purpose=b"one")
