"""The marts that the page reads, as dbt builds them."""

from __future__ import annotations

MARTS = {
    "fct_queue_interval": {
        "interval_start_utc": "timestamp",
        "local_date": "date",
        "queue_id": "varchar",
        "media_type": "varchar",
        "direction": "varchar",
        "offered": "bigint",
        "answered": "bigint",
        "abandoned": "bigint",
        "short_abandoned": "bigint",
        "sl_numerator": "bigint",
        "sl_denominator": "bigint",
        "answer_ms": "bigint",
        "handled": "bigint",
        "handle_ms": "bigint",
        "talk_ms": "bigint",
        "held_ms": "bigint",
        "acw_ms": "bigint",
        "contacting_ms": "bigint",
        "dialing_ms": "bigint",
        "transferred": "bigint",
        "outbound": "bigint",
        "longest_wait_ms": "bigint",
    },
    "fct_user_status_interval": {
        "interval_start_utc": "timestamp",
        "user_id": "varchar",
        "metric": "varchar",
        "qualifier": "varchar",
        "duration_ms": "bigint",
    },
    "fct_agent_day": {
        "local_date": "date",
        "user_id": "varchar",
        "answered": "bigint",
        "handled": "bigint",
        "handle_ms": "bigint",
        "transferred": "bigint",
        "interacting_ms": "bigint",
        "idle_ms": "bigint",
        "communicating_ms": "bigint",
        "on_queue_ms": "bigint",
        "logged_in_ms": "bigint",
    },
    "fct_wrapup_day": {
        "local_date": "date",
        "queue_id": "varchar",
        "media_type": "varchar",
        "wrapup_code_id": "varchar",
        "wrapups": "bigint",
    },
    "fct_survey": {
        "surveyed_at": "timestamp",
        "completed_at": "timestamp",
        "queue_id": "varchar",
        "form_id": "varchar",
        "form_name": "varchar",
        "is_completed": "boolean",
        "promoter_score": "double",
        "score": "double",
    },
    "fct_evaluation": {
        "evaluated_at": "timestamp",
        "queue_id": "varchar",
        "form_id": "varchar",
        "form_name": "varchar",
        "is_counted": "boolean",
        "score": "double",
    },
    "fct_conversation": {
        "started_at": "timestamp",
        "ended_at": "timestamp",
        "originating_direction": "varchar",
        "first_media_type": "varchar",
        "first_queue_id": "varchar",
        "is_followed_within_days": "boolean",
    },
    "fct_queue_leg": {
        "conversation_id": "varchar",
        "queue_id": "varchar",
        "media_type": "varchar",
        "direction": "varchar",
        "offered_at": "timestamp",
        "left_at": "timestamp",
        "outcome": "varchar",
        "wait_ms": "bigint",
    },
    "dim_queue": {
        "queue_id": "varchar",
        "queue_name": "varchar",
        "voice_target_percent": "double",
        "voice_target_ms": "bigint",
        "callback_target_percent": "double",
        "callback_target_ms": "bigint",
        "chat_target_percent": "double",
        "chat_target_ms": "bigint",
        "email_target_percent": "double",
        "email_target_ms": "bigint",
        "message_target_percent": "double",
        "message_target_ms": "bigint",
    },
    "dim_wrapup_code": {"wrapup_code_id": "varchar", "wrapup_code_name": "varchar"},
    "dim_user": {"user_id": "varchar", "user_name": "varchar"},
}
"""Mart to the columns that the page is made of: no customer's, and agents' names in `dim_user`."""


TARGET_MEDIA = ("voice", "callback", "chat", "email", "message")
"""Media that a queue has a service-level target for."""


BUILD_COMMAND = "meltano run dbt-duckdb:build"
