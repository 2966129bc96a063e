"""What was stored once can be read for ever."""

import threading

import msgspec
import pytest
import zstandard

from copydesk.errors import DamagedError
from copydesk.record.codec import pack, unpack
from tests.copydesk.samples import article

ONE = article("1", title="Größe zählt 🚢", text="The ferry ran aground. " * 40)
# ONE as this version stored it; a dictionary that changes could not read it any more.
STORED = (
    "0128b52ffd60c7049505005406a477697265b34772c3b6c39f65207ac3a4686c7420f09f9aa2252f332f31a131"
    "a0d9203565316263373035313338346563383033343930313539343635323730396135a457697265a0a0da0398"
    "66657272792072616e206167722e2000000000a4746573741a2050422112d0f605d101a726536ba7588a226c72"
    "0c7e9517b6c6f689b0b1d05e8f88fd489e8cc8a8043c6ce1c58bc33d2251cf4b38bf01d20df8d873a7e0d100e9"
    "f2f3b24e86fada5010"
)


def test_an_article_comes_back_as_it_was() -> None:
    assert unpack(pack(ONE)) == ONE


def test_what_an_earlier_version_of_this_program_stored_is_read() -> None:
    plain = zstandard.ZstdCompressor(level=6).compress(msgspec.msgpack.encode(ONE))
    assert unpack(plain) == ONE


def test_the_dictionary_never_changes() -> None:
    assert unpack(bytes.fromhex(STORED)) == ONE


def test_short_items_gain_most() -> None:
    plain = zstandard.ZstdCompressor(level=6).compress(msgspec.msgpack.encode(article("1")))
    assert len(pack(article("1"))) < 0.65 * len(plain)


def test_threads_do_not_disturb_each_other() -> None:
    failed: list[int] = []

    def work(number: int) -> None:
        mine = article(f"{number}", text=f"Number {number}. " * 500)
        if any(unpack(pack(mine)) != mine for _ in range(50)):
            failed.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


@pytest.mark.parametrize("blob", [b"", b"\x01", b"\x01junk", b"junk", pack(ONE)[:-9]])
def test_a_damaged_blob_is_told(blob: bytes) -> None:
    with pytest.raises(DamagedError, match="cannot be read"):
        unpack(blob)
