"""The file that the address of a transcript leads to.

Its properties are those of the platform's schema
(https://developer.genesys.cloud/analyticsdatamanagement/speechtextanalytics/transcript-url), as
public programs declare them for the real files that they read: times in milliseconds since 1970,
who spoke as `external` or `internal`, each phrase with its words. What is detected in a transcript,
such as sentiments and topics, is not simulated: the lists are empty.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from genesys_cloud_simulator.timestamps import parse_timestamp, to_milliseconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from genesys_cloud_simulator.conversations.model import Properties


_END_OF_SENTENCE = re.compile(r"(?<=[.?!。]) ")

_WHO = ("external", "internal")

_CONFIDENCE = 0.93


def transcript_file(transcript: Properties, organization_id: str) -> Properties:
    """Write a transcript as the file of its communication.

    Args:
        transcript: The transcript, as a search finds it.
        organization_id: The organisation it belongs to.

    Returns:
        The content of the file.
    """
    start, end = (
        to_milliseconds(parse_timestamp(str(transcript[name]))) for name in ("startTime", "endTime")
    )
    times: Properties = {"startTime": start, "duration": _duration(end - start)}
    return {
        "organizationId": organization_id,
        "conversationId": transcript["conversationId"],
        "communicationId": transcript["communicationId"],
        "mediaType": str(transcript["mediaType"]).upper(),
        "conversationStartTime": start,
        **times,
        "transcripts": [
            {
                "transcriptId": transcript["transcriptId"],
                "language": transcript["language"],
                "engineProvider": "GENESYS",
                "features": [],
                **times,
                "phrases": list(_phrases(_content(transcript), start, end)),
                "analytics": {"sentiment": [], "topics": [], "acoustic": []},
            }
        ],
        "participants": [
            {
                "participantPurpose": who,
                "divisionId": transcript["divisionId"],
                "startTimeMs": start,
                "endTimeMs": end,
            }
            for who in _WHO
        ],
        "uri": f"{transcript['communicationId']}.json",
    }


def _content(transcript: Properties) -> str:
    content = transcript["transcript"]
    return str(content["content"]) if isinstance(content, dict) else ""


def _phrases(content: str, start: int, end: int) -> Iterator[Properties]:
    """One phrase for each sentence, from the first moment to the last, by turns."""
    sentences = _END_OF_SENTENCE.split(content)
    length = (end - start) // len(sentences)
    for position, sentence in enumerate(sentences):
        spoken = re.sub(r"[.,?!。、]", "", sentence).lower()
        began = start + position * length
        yield {
            "phraseIndex": position,
            "participantPurpose": _WHO[position % 2],
            "text": spoken,
            "decoratedText": sentence,
            "stability": 1.0,
            "confidence": _CONFIDENCE,
            **_span(began, length),
            "words": list(_words(spoken, began, length)),
            "decoratedWords": list(_words(sentence, began, length)),
            "alternatives": [],
        }


def _words(text: str, start: int, length: int) -> Iterator[Properties]:
    words = text.split()
    each = length // len(words)
    for position, word in enumerate(words):
        yield {"word": word, "confidence": _CONFIDENCE, **_span(start + position * each, each)}


def _span(start: int, length: int) -> Properties:
    return {"startTimeMs": start, "duration": _duration(length)}


def _duration(milliseconds: int) -> Properties:
    return {"milliseconds": milliseconds}
