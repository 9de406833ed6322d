"""Genesys predicates on conversations: checked before the first search, sorted into families.

The names are those of the official Python SDK, `PureCloudPlatformClientV2` 269, models
`ConversationDetailQueryPredicate`, `SegmentDetailQueryPredicate`,
`EvaluationDetailQueryPredicate`, `SurveyDetailQueryPredicate` and
`ResolutionDetailQueryPredicate`.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tap_genesys_search.errors import SettingError
from tap_genesys_search.json_types import JsonObject, are_objects
from tap_genesys_search.settings.problems import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


OPERATORS = ("matches", "exists", "notExists")

BOUNDS = ("gt", "gte", "lt", "lte")


_CONVERSATION_DIMENSIONS = frozenset(
    """
    accessAttribute conversationEnd conversationId conversationInitiator conversationStart
    customerParticipation divisionId externalTag mediaStatsMinConversationMos
    originatingDirection originatingSocialMediaPublic
    """.split()  # noqa: SIM905 - readable as a list of words
)


_CONVERSATION_METRICS = frozenset(
    """
    nAgentDeclined nAlertExpired nBlindTransferred nBotInteractions nCallbackAttempts
    nCallbackOverSla nCallbackScheduled nCfcOffered nCobrowseSessions nConnected nConsult
    nConsultTransferred nConversations nError nFlow nFlowMilestone nFlowOutcome
    nFlowOutcomeFailed nOffered nOutbound nOutboundAbandoned nOutboundAttempted
    nOutboundConnected nOverSla nStateTransitionError nTakeover nTransferred oAudioMessageCount
    oExternalAudioMessageCount oExternalMediaCount oFlowMilestone oMediaCount oMessageCount
    oMessageSegmentCount oMessageTurn oSkillExpressionApplications tAbandon tAcd tActiveCallback
    tActiveCallbackComplete tAcw tAgentResponseTime tAgentVideoConnected tAlert tAnswered
    tAverageAgentResponseTime tAverageCustomerResponseTime tBarging tCallbackAbandon
    tCallbackConnect tCallbackNotReached tCallbackVirtualWait tCfcAbandon tCfcAcd tCfcAnswered
    tCfcFlowOut tCoaching tCoachingComplete tConnected tContacting tConversationDuration
    tDialing tFirstConnect tFirstDial tFirstEngagement tFirstResponse tFlow tFlowDisconnect
    tFlowExit tFlowOut tFlowOutcome tHandle tHeld tHeldComplete tIvr tMonitoring
    tMonitoringComplete tNotResponding tPark tParkComplete tScreenMonitoring tShortAbandon
    tSnippetRecord tTalk tTalkComplete tTransmitting tUserResponseTime tVoicemail
    """.split()  # noqa: SIM905 - readable as a list of words
)


_SEGMENT_DIMENSIONS = frozenset(
    """
    addressFrom addressTo agentAssistantId agentOwned ani authenticated bargedParticipantId
    callbackNumber callbackScheduledTime canonicalExternalContactId cleared coachedParticipantId
    conference deliveryPushed deliveryStatus destinationAddress destinationConversationId
    detectedSpeechEnd detectedSpeechStart direction disconnectType dnis edgeId engagementSource
    errorCode exitReason extendedDeliveryStatus externalContactId externalOrganizationId
    flaggedReason flowId flowName flowOutType flowOutcome flowOutcomeId flowOutcomeValue
    flowVersion groupId journeyActionId journeyActionMapId journeyCustomerId
    journeyCustomerIdType journeyCustomerSessionId mediaCount mediaType messageType
    monitoredParticipantId outboundCampaignId outboundContactId outboundContactListId
    participantName protocolCallId provider purpose queueId recording remote
    remoteNameDisplayable requestedLanguageId requestedRouting requestedRoutingSkillId
    scoredAgentId screenMonitoredUserId screenRecording scriptId segmentEnd segmentType
    sessionDnis sipResponseCode skillExpressionId snippetRecording subject teamId
    transferTargetAddress transferTargetName transferType usedRouting userId wrapUpCode
    wrapUpNote
    """.split()  # noqa: SIM905 - readable as a list of words
)


_EVALUATION_DIMENSIONS = frozenset(
    """
    assigneeApplicable assigneeId calibrationId contextId deleted evaluationId evaluationStatus
    evaluatorId eventTime formId formName queueId released rescored systemSubmitted userId
    """.split()  # noqa: SIM905 - readable as a list of words
)


_SURVEY_DIMENSIONS = frozenset(
    """
    eventTime queueId surveyCompletedDate surveyFormContextId surveyFormId surveyId
    surveyPartialResponse surveyPromoterScore surveyStatus surveyType userId
    """.split()  # noqa: SIM905 - readable as a list of words
)


@dataclass(frozen=True)
class Family:
    """The predicates that go into one list of a query.

    Attributes:
        key: Name of the list.
        dimensions: What a dimension predicate may name.
        metrics: What a metric predicate may name.
    """

    key: str
    dimensions: frozenset[str]
    metrics: frozenset[str]


FAMILIES = (
    Family("conversationFilters", _CONVERSATION_DIMENSIONS, _CONVERSATION_METRICS),
    Family("segmentFilters", _SEGMENT_DIMENSIONS, frozenset({"tSegmentDuration"})),
    Family(
        "evaluationFilters",
        _EVALUATION_DIMENSIONS,
        frozenset({"oTotalCriticalScore", "oTotalScore"}),
    ),
    Family("surveyFilters", _SURVEY_DIMENSIONS, frozenset({"oSurveyTotalScore"})),
    Family("resolutionFilters", frozenset(), frozenset({"nNextContactAvoided"})),
)
"""In the order in which a name that several families have is looked for."""


def build_filters(filters: Iterable[JsonObject]) -> dict[str, list[JsonObject]]:
    """Build the filter lists of a query.

    Args:
        filters: Predicates (`{"dimension": "mediaType", "value": "voice"}`), which must all hold,
            or whole filters (`{"type": "or", "predicates": [...], "clauses": [...]}`).

    Returns:
        List name to its filters, to be put into the query.

    Raises:
        SettingError: A filter is wrong; it names the field and what is allowed.
    """
    lists: dict[str, list[JsonObject]] = {}
    for key, whole in _sorted(filters):
        lists.setdefault(key, []).append(whole)
    return lists


def describe_places(filters: Iterable[JsonObject]) -> str:
    """Say where each filter stands in a query, as the platform numbers each list apart.

    Args:
        filters: As of `build_filters`, without mistakes.

    Returns:
        A sentence; empty where one list has all of them, in their order.
    """
    keys = [key for key, _ in _sorted(filters)]
    places = (
        f"filters[{position}] is {key}[{keys[:position].count(key)}]"
        for position, key in enumerate(keys)
    )
    return f"In the request {', '.join(places)}" if len(set(keys)) > 1 else ""


def _sorted(filters: Iterable[JsonObject]) -> Iterator[tuple[str, JsonObject]]:
    """Make a whole filter of each, and find the list that it belongs to."""
    for position, item in enumerate(filters):
        place = f"filters[{position}]"
        is_filter = "predicates" in item or "clauses" in item
        whole = item if is_filter else {"type": "and", "predicates": [item]}
        yield _common_family(place, list(_predicates(place, whole))).key, whole


def _predicates(place: str, part: JsonObject, depth: int = 0) -> Iterator[tuple[str, JsonObject]]:
    """List the predicates of a filter and of its clauses, checking the shape on the way."""
    allowed = ("type", "predicates", "clauses") if depth == 0 else ("type", "predicates")
    for key in part:
        if key not in allowed:
            raise SettingError(f"{place} has {key!r}. Allowed are {', '.join(allowed)}")
    if part.get("type") not in ("and", "or"):
        raise SettingError(f"{place}.type is {shown(part.get('type'))}. Allowed are and, or")
    for key in allowed[1:]:
        items = part.get(key, [])
        if not are_objects(items):
            raise SettingError(f"{place}.{key} must be a list of objects")
        for position, item in enumerate(items):
            inner = f"{place}.{key}[{position}]"
            if key == "clauses":
                yield from _predicates(inner, item, depth + 1)
            else:
                _check_predicate(inner, item)
                yield inner, item


def _check_predicate(place: str, predicate: JsonObject) -> None:
    keys = {"type", "dimension", "metric", "property", "propertyType", "operator", "value", "range"}
    for key in predicate:
        if key not in keys:
            raise SettingError(f"{place} has {key!r}. Allowed are {', '.join(sorted(keys))}")
    named = [key for key in ("dimension", "metric", "property") if key in predicate]
    if len(named) != 1:
        raise SettingError(f"{place} must have one of dimension, metric, property")
    name = predicate[named[0]]
    if isinstance(name, list | dict):
        raise SettingError(f"{place}.{named[0]} must be a name")
    if predicate.get("type", named[0]) != named[0]:
        raise SettingError(
            f"{place}.type is {shown(predicate['type'])}, but it names a {named[0]}. Leave it out"
        )
    operator = predicate.get("operator", "matches")
    if operator not in OPERATORS:
        raise SettingError(
            f"{place}.operator on {name!r} is {shown(operator)}. Allowed are {', '.join(OPERATORS)}"
        )
    compared = [key for key in ("value", "range") if key in predicate]
    if operator == "matches" and len(compared) != 1:
        raise SettingError(f"{place} on {name!r} matches what? It needs one of value, range")
    if operator != "matches" and compared:
        raise SettingError(f"{place} on {name!r}: operator {operator} takes no {compared[0]}")
    if "metric" in predicate and "value" in predicate:
        raise SettingError(f"{place} on metric {name!r} takes a range, not a value")
    _check_comparison(place, name, predicate)


def _check_comparison(place: str, name: object, predicate: JsonObject) -> None:
    if "value" in predicate and not isinstance(predicate["value"], str):
        raise SettingError(
            f"{place}.value on {name!r} must be a text, also for numbers and booleans; compare "
            "numbers with range"
        )
    bounds = predicate.get("range", {"gte": 0})
    if not isinstance(bounds, dict) or not bounds or set(bounds) - set(BOUNDS):
        raise SettingError(f"{place}.range on {name!r} must have some of {', '.join(BOUNDS)}")
    for bound, number in bounds.items():
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise SettingError(f"{place}.range.{bound} on {name!r} must be a number")


def _common_family(place: str, predicates: list[tuple[str, JsonObject]]) -> Family:
    """Find the list that a filter belongs to: the one that knows all its names."""
    if not predicates:
        raise SettingError(f"{place} has no predicate")
    candidates = list(FAMILIES)
    for inner, predicate in predicates:
        families = [family for family in FAMILIES if _knows(family, predicate)]
        if not families:
            raise SettingError(f"{inner} {_explain_unknown(predicate)}")
        candidates = [family for family in candidates if family in families]
    if not candidates:
        names = ", ".join(
            str(predicate.get("dimension") or predicate.get("metric") or predicate.get("property"))
            for _, predicate in predicates
        )
        raise SettingError(
            f"{place} mixes names of different kinds ({names}), for example of conversations and "
            "of segments. Write a filter of its own for each kind: all filters must hold"
        )
    return candidates[0]


def _knows(family: Family, predicate: JsonObject) -> bool:
    if "property" in predicate:
        return family.key == "segmentFilters"
    return (
        predicate.get("dimension") in family.dimensions or predicate.get("metric") in family.metrics
    )


def _explain_unknown(predicate: JsonObject) -> str:
    kind = "dimension" if "dimension" in predicate else "metric"
    known = {
        name
        for family in FAMILIES
        for name in (family.dimensions if kind == "dimension" else family.metrics)
    }
    close = get_close_matches(str(predicate[kind]), known, n=3)
    hint = f"Did you mean {', '.join(close)}?" if close else f"There are {len(known)} {kind}s"
    return f"has the unknown {kind} {predicate[kind]!r}. {hint}"
