"""What the questions of docs/questions.sql should be answered, by the simulator's own figures.

Each function gives the rows of one question, in the order of its columns. Rows come in no order.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any, TypeAlias

from genesys_cloud_simulator.org.directory import QUEUES, USERS, WRAPUP_CODES
from tests.support.contact_centre import day_of, first_media_of, mean, percent

if TYPE_CHECKING:
    from collections.abc import Callable

    from genesys_cloud_simulator.conversations.model import Properties, Wait
    from tests.support.contact_centre import ContactCentre, Counted, Event

Rows: TypeAlias = list[tuple[Any, ...]]

YESTERDAY = date(2026, 1, 12)

A_WEEK_BEFORE = YESTERDAY - timedelta(days=7)

WEEK = tuple(YESTERDAY - timedelta(days=days) for days in range(7))

NAMES: dict[object, str] = dict((*QUEUES, *USERS, *WRAPUP_CODES))

VOICE_TARGET_PERCENT = 80


def service_level_by_queue(centre: ContactCentre) -> Rows:
    return [
        (
            NAMES[queue],
            one.count("nOffered"),
            one.count("tAnswered"),
            one.service_level,
            VOICE_TARGET_PERCENT,
        )
        for queue, one in _queues(centre, _calls_of_yesterday).items()
    ]


def abandons_by_medium(centre: ContactCentre) -> Rows:
    found = centre.counted(
        lambda one: (
            one.queue is not None and one.day == YESTERDAY and one.media not in {"email", "message"}
        ),
        lambda one: one.media,
    )
    return [(media, *_abandons(one)) for media, one in found.items()]


def _abandons(one: Counted) -> tuple[float | None, ...]:
    offered, abandoned, short = map(one.count, ("nOffered", "tAbandon", "tShortAbandon"))
    return (
        *(offered, abandoned, short, one.abandoned_percent),
        percent(abandoned - short, offered - short),
    )


def waits_by_queue(centre: ContactCentre) -> Rows:
    return [
        (
            NAMES[queue],
            one.count("tAnswered"),
            one.seconds("tAnswered"),
            one.seconds("tAbandon"),
            one.longest("tAcd"),
        )
        for queue, one in _queues(centre, _calls_of_yesterday).items()
    ]


def handle_time_by_medium(centre: ContactCentre) -> Rows:
    found = centre.counted(_of_week, lambda one: one.media)
    return [
        (
            media,
            one.count("tHandle"),
            *(
                one.seconds(name, per="tHandle")
                for name in ("tHandle", "tTalkComplete", "tHeldComplete", "tAcw")
            ),
        )
        for media, one in found.items()
    ]


def busiest_half_hours(centre: ContactCentre) -> Rows:
    found = _half_hours(centre)
    busiest = sorted(found, key=lambda half_hour: (-found[half_hour].count("nOffered"), half_hour))
    return [
        (
            f"{half_hour // 2:02}:{half_hour % 2 * 30:02}",
            one.count("nOffered"),
            one.seconds("tAnswered"),
            one.service_level,
        )
        for half_hour, one in ((one, found[one]) for one in busiest[:5])
    ]


def _half_hours(centre: ContactCentre) -> dict[int, Counted]:
    found = centre.counted(_calls_of_yesterday, lambda one: one.half_hour)
    return {int(str(half_hour)): one for half_hour, one in found.items()}


def against_last_week(centre: ContactCentre) -> Rows:
    found = centre.counted(
        lambda one: (
            one.queue is not None and one.media == "voice" and one.day in {YESTERDAY, A_WEEK_BEFORE}
        ),
        lambda one: one.day,
    )
    return [
        (
            day,
            one.count("nOffered"),
            one.count("tAnswered"),
            one.abandoned_percent,
            one.service_level,
            one.seconds("tHandle"),
        )
        for day, one in found.items()
    ]


def occupancy(centre: ContactCentre) -> Rows:
    agents = list(centre.statuses(YESTERDAY))
    interacting = sum(one.interacting for one in agents)
    others = sum(one.communicating + one.idle for one in agents)
    on_queue, logged_in = (
        sum(one.on_queue for one in agents),
        sum(one.logged_in for one in agents),
    )
    return [(len(agents), percent(interacting, interacting + others), percent(on_queue, logged_in))]


def longest_handle_times(centre: ContactCentre) -> Rows:
    found = centre.counted(
        lambda one: one.user is not None and one.media == "voice" and one.day in WEEK,
        lambda one: one.user,
    )
    rows = [
        (
            NAMES[user],
            one.count("tHandle"),
            one.seconds("tHandle"),
            one.seconds("tAcw", per="tHandle"),
        )
        for user, one in found.items()
        if one.count("tHandle") >= 5
    ]
    return sorted(rows, key=lambda row: -float(row[2] or 0))[:10]


def transfers_by_queue(centre: ContactCentre) -> Rows:
    return [
        (
            NAMES[queue],
            one.count("tAnswered"),
            one.count("nBlindTransferred"),
            one.count("nConsultTransferred"),
            percent(one.count("nTransferred"), one.count("tAnswered")),
        )
        for queue, one in _queues(centre, _of_week).items()
    ]


def media_mix(centre: ContactCentre) -> Rows:
    counts = Counter(
        (first_media_of(one), one.properties["originatingDirection"])
        for one in centre.conversations
        if day_of(one.start) in WEEK
    )
    return [(*key, count, percent(count, counts.total())) for key, count in counts.items()]


def repeat_contacts(centre: ContactCentre) -> Rows:
    followed = centre.followed(timedelta(days=7))
    return [(len(followed), sum(followed), percent(sum(followed), len(followed)))]


def wrap_ups(centre: ContactCentre) -> Rows:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for conversation in centre.conversations:
        for one in conversation.handlings:
            if one.wrap_up is not None and one.end <= centre.seen and day_of(one.end) in WEEK:
                found[one.wrap_up].append(one.handle_time)
    total = sum(map(len, found.values()))
    rows = [
        (
            NAMES.get(code, f"System: {code}"),
            len(lengths),
            percent(len(lengths), total),
            sum(lengths) / len(lengths) / 1000,
        )
        for code, lengths in found.items()
    ]
    return sorted(rows, key=lambda row: (-row[1], row[0]))[:10]


def satisfaction(centre: ContactCentre) -> Rows:
    found = _by(centre.reviews("surveys", WEEK), "surveyFormName")
    return [(form, *_scores(surveys)) for form, surveys in found.items()]


def _scores(surveys: list[Properties]) -> tuple[float | None, ...]:
    finished = [one for one in surveys if one["surveyStatus"] == "Finished"]
    rated = [int(str(one["surveyPromoterScore"])) for one in finished]
    promoters, detractors = sum(one >= 9 for one in rated), sum(one <= 6 for one in rated)
    return (
        *(len(surveys), len(finished), percent(len(finished), len(surveys))),
        mean(int(str(one["oSurveyTotalScore"])) for one in finished),
        *(len(rated), percent(promoters - detractors, len(rated))),
    )


def evaluations_by_queue(centre: ContactCentre) -> Rows:
    found = _by(centre.reviews("evaluations", WEEK), "queueId")
    return [
        (
            NAMES.get(queue, "No queue"),
            len(reviews),
            len({one["userId"] for one in reviews}),
            mean(int(str(one["oTotalScore"])) for one in reviews),
            min(int(str(one["oTotalScore"])) for one in reviews),
        )
        for queue, reviews in found.items()
    ]


def callbacks_by_queue(centre: ContactCentre) -> Rows:
    found: defaultdict[object, list[Wait]] = defaultdict(list)
    callbacks = [one for one in centre.conversations if first_media_of(one) == "callback"]
    for conversation in callbacks:
        for wait in conversation.waits:
            is_known = wait.queue_id is not None and wait.start <= centre.seen
            if is_known and day_of(wait.start) in WEEK:
                found[wait.queue_id].append(wait)
    rows: Rows = []
    for queue, waits in found.items():
        over = [one for one in waits if one.end <= centre.seen]
        lengths = [(one.end - one.start) / 60_000 for one in over]
        called = sum(not one.is_abandoned and not one.flows_out for one in over)
        middle = median(lengths) if lengths else None
        rows.append(
            (NAMES[queue], len(waits), called, len(waits) - len(over), mean(lengths), middle)
        )
    return rows


ANSWERS: tuple[Callable[[ContactCentre], Rows], ...] = (
    service_level_by_queue,
    abandons_by_medium,
    waits_by_queue,
    handle_time_by_medium,
    busiest_half_hours,
    against_last_week,
    occupancy,
    longest_handle_times,
    transfers_by_queue,
    media_mix,
    repeat_contacts,
    wrap_ups,
    satisfaction,
    evaluations_by_queue,
    callbacks_by_queue,
)
"""In the order of the questions."""


def _queues(centre: ContactCentre, holds: Callable[[Event], bool]) -> dict[object, Counted]:
    return centre.counted(lambda one: one.queue is not None and holds(one), lambda one: one.queue)


def _calls_of_yesterday(event: Event) -> bool:
    return event.queue is not None and event.media == "voice" and event.day == YESTERDAY


def _of_week(event: Event) -> bool:
    return event.queue is not None and event.day in WEEK


def _by(reviews: list[Properties], name: str) -> dict[object, list[Properties]]:
    found: defaultdict[object, list[Properties]] = defaultdict(list)
    for review in reviews:
        found[review.get(name)].append(review)
    return dict(found)
