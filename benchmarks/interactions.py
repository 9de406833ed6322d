"""The interactions of the benchmark's server: any window of time has its own, always the same."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache

MILLISECONDS_AN_HOUR = 3_600_000

# Drawn together, so that a page has what both the tap's defaults and its reading have to handle.
_BLOCK = 1000
_BLOCKS_KEPT = 8

_TYPES = ('"conversation"',) * 86 + ('"callback"',) * 7 + ('"message"',) * 7
_MEDIA = ("voice",) * 56 + ("chat",) * 18 + ("email",) * 13 + ("message",) * 13
_GIVEN = ("Anna", "Jürgen", "Zoë", "José", "Wei", "Priya", "Oluwaseun", "Mary", "Łukasz", "Nikos")
_FAMILY = ("Smith", "Müller", "García", "Okafor", "Nguyễn", "Papadopoulos", "Singh", "Kowalski")
_TAGS = ("[]", '["vip"]', '["repeat-caller"]', '["complaint","follow-up"]', '["größe"]')
_WRAP_UPS = ("Resolved", "Follow-up", "Erledigt", "ININ-WRAP-UP-TIMEOUT", "Escalated")
_COUNTRIES = ("GB", "DE", "PL", "BR", "VN", "TR", "GR", "AE", "IN", "SG", "JP", "KR")

_NULL_SHARE = 0.012
_ABSENT_SHARE = 0.008
_OUTSIDE_SHARE = 0.12
_WRAP_UP_SHARE = 0.7
_SEGMENTS_SHARE = 0.3


@dataclass(frozen=True)
class Org:
    """An organisation in which interactions begin at equal distances, from 1970 on.

    Attributes:
        milliseconds_between: From one interaction to the next.
    """

    milliseconds_between: int

    @classmethod
    def with_density(cls, records: int, hours: float) -> Org:
        """Make an org in which each window that begins at a multiple of its length is as full.

        Args:
            records: How many interactions a window holds.
            hours: How long a window is.

        Raises:
            ValueError: They can't lie at equal distances of whole milliseconds.
        """
        milliseconds, rest = divmod(round(hours * MILLISECONDS_AN_HOUR), records)
        if rest:
            raise ValueError(f"{hours} hours can't be divided into {records} whole milliseconds")
        return cls(milliseconds)

    def within(self, start: int, end: int) -> range:
        """Number the interactions of a half-open window.

        Args:
            start: In milliseconds since 1970.
            end: The same.
        """
        return range(-(-start // self.milliseconds_between), -(-end // self.milliseconds_between))

    def page(self, interactions: range, total: int) -> bytes:
        """Write a completed search.

        Args:
            interactions: Those on the page.
            total: How many match the search.
        """
        records = ",".join(self._records(interactions))
        answer = (
            f'{{"status":"completed","results":[{records}],"facets":{{"media.type":{{"buckets":['
            f'{{"key":"voice","count":{total}}}]}}}},"totalMatchingRecords":{total}}}'
        )
        return answer.encode()

    def _records(self, interactions: range) -> list[str]:
        records: list[str] = []
        for block in range(interactions.start // _BLOCK, -(-interactions.stop // _BLOCK)):
            begin = block * _BLOCK
            records += _block(block, self.milliseconds_between)[
                max(0, interactions.start - begin) : interactions.stop - begin
            ]
        return records


@lru_cache(_BLOCKS_KEPT)
def _block(block: int, milliseconds_between: int) -> list[str]:
    """Write a block of records, which are the same however pages are cut."""
    rng = random.Random(block)  # noqa: S311 - the same in every run is what is wanted
    first = block * _BLOCK
    return [
        _record(rng, ordinal, ordinal * milliseconds_between)
        for ordinal in range(first, first + _BLOCK)
    ]


def _record(rng: random.Random, ordinal: int, milliseconds: int) -> str:
    bits = f"{rng.getrandbits(80):020x}"
    name = json.dumps(f"{rng.choice(_GIVEN)} {rng.choice(_FAMILY)}", ensure_ascii=False)
    parts = (
        # The ordinal makes it unique beyond doubt; the tap counts ids against the total.
        f'"id":"{bits[:8]}-{bits[8:12]}-4{bits[12:15]}-a{bits[15:18]}-{ordinal:012x}"',
        _attribute(rng, "type", rng.choice(_TYPES)),
        f'"timestamp":"{_timestamp(milliseconds)}"',
        _attribute(rng, "media", f'{{"type":"{rng.choice(_MEDIA)}"}}'),
        _attribute(rng, "customer", f'{{"name":{name}}}'),
        _attribute(rng, "relevanceScore", _score(rng)),
        _attribute(rng, "metadata", _metadata(rng)),
    )
    return f"{{{','.join(filter(None, parts))}}}"


def _timestamp(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds // 1000, timezone.utc)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{milliseconds % 1000:03d}Z"


def _attribute(rng: random.Random, name: str, value: str) -> str:
    chance = rng.random()
    if chance < _ABSENT_SHARE:
        return ""
    return f'"{name}":{"null" if chance < _ABSENT_SHARE + _NULL_SHARE else value}'


def _score(rng: random.Random) -> str:
    chance = rng.random()
    return repr(rng.uniform(-1, 40) if chance < _OUTSIDE_SHARE else rng.random())


def _metadata(rng: random.Random) -> str:
    parts = [
        '"source":"analytics-index"',
        f'"indexPartition":{rng.getrandbits(4)}',
        f'"tags":{rng.choice(_TAGS)}',
        f'"contact":{{"country":"{rng.choice(_COUNTRIES)}","attempt":{1 + rng.getrandbits(1)}}}',
    ]
    if rng.random() < _WRAP_UP_SHARE:
        parts.append(f'"wrapUp":"{rng.choice(_WRAP_UPS)}"')
    if rng.random() < _SEGMENTS_SHARE:
        parts.append(f'"segments":[{{"kind":"interact","seconds":{rng.getrandbits(10)}}}]')
    return f"{{{','.join(parts)}}}"
