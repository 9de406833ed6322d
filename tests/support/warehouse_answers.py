"""What a warehouse answers that holds the conversations of a simulated org, and their lookups."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from genesys_cloud_simulator.org.directory import QUEUES, USERS, WRAPUP_CODES
from scripts.relations import LOOKUP_STREAMS, RELATIONS
from tap_genesys_search.records.conversations.tables import CONVERSATION_TABLES

if TYPE_CHECKING:
    import duckdb

    from genesys_cloud_simulator.views.answers import ConversationFigures

QUESTIONS = Path(__file__).with_name("table_questions.sql").read_text(encoding="utf-8")

FOREIGN_KEYS = [
    *(
        (table.name, holder.own_keys[0], holder.name, holder.own_keys[0])
        for table in CONVERSATION_TABLES.values()
        for holder in table.lineage[:-1]
    ),
    *(
        (relation.child, relation.columns[0], relation.parent, "id")
        for relation in RELATIONS
        if relation.parent in LOOKUP_STREAMS
        and relation.child in {*CONVERSATION_TABLES, "queues", "queue_members"}
        and (relation.child, relation.parent) != ("queues", "flows")  # the simulator's have few
    ),
]
NAMES = dict((*QUEUES, *USERS, *WRAPUP_CODES))


def ask(database: duckdb.DuckDBPyConnection, question: int) -> list[dict[str, Any]]:
    """Run one of the statements, which end with a semicolon."""
    statement = QUESTIONS.split(";\n")[question - 1]
    assert f"\n-- {question}. " in statement
    answer = database.execute(statement)
    columns = [column[0] for column in answer.description]
    return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]


def _ids(column: str) -> str:
    return f"unnest(cast({column} as varchar[]))" if column.endswith("_ids") else column


class WarehouseAnswers:
    """Tests of a DuckDB database; who inherits them gives the fixtures.

    `database` is a connection whose default schema has the tables, `figures` are those of the
    conversations that were loaded.
    """

    def test_average_handle_time_by_queue_and_day(
        self, database: duckdb.DuckDBPyConnection, figures: ConversationFigures
    ) -> None:
        rows = ask(database, 1)
        assert {
            (row["queue_id"], row["day"]): row["average_handle_seconds"] for row in rows
        } == pytest.approx(
            {
                key: average / 1000
                for key, average in figures.average_handle_time_by_queue_and_day().items()
            }
        )
        assert all(row["queue"] == NAMES[row["queue_id"]] for row in rows)
        assert len(rows) > 10

    def test_transfers_per_agent(
        self, database: duckdb.DuckDBPyConnection, figures: ConversationFigures
    ) -> None:
        rows = ask(database, 2)
        assert {row["user_id"]: row["transfers"] for row in rows} == figures.transfers_by_agent()
        assert all(row["agent"] == NAMES[row["user_id"]] for row in rows)
        assert len(rows) > 15

    def test_abandon_rate_by_hour(
        self, database: duckdb.DuckDBPyConnection, figures: ConversationFigures
    ) -> None:
        rows = ask(database, 3)
        own = figures.abandons_by_hour()
        assert {row["hour"]: (row["offered"], row["abandoned"]) for row in rows} == {
            hour: (one.offered, one.abandoned) for hour, one in own.items()
        }
        assert {row["hour"]: row["abandon_rate"] for row in rows} == pytest.approx(
            {hour: one.rate for hour, one in own.items()}
        )
        assert sum(row["abandoned"] for row in rows) > 20

    def test_longest_holds(
        self, database: duckdb.DuckDBPyConnection, figures: ConversationFigures
    ) -> None:
        rows = ask(database, 4)
        assert [
            (row["conversation_id"], row["user_id"], round(row["hold_seconds"] * 1000))
            for row in rows
        ] == figures.longest_holds(20)
        assert all(row["agent"] == NAMES[row["user_id"]] for row in rows)
        assert len(rows) == 20

    def test_wrap_up_mix_by_media(
        self, database: duckdb.DuckDBPyConnection, figures: ConversationFigures
    ) -> None:
        rows = ask(database, 5)
        own = {
            (media or "unknown", code): count
            for (media, code), count in figures.wrap_ups_by_media().items()
        }
        assert {(row["media_type"], row["wrap_up_code"]): row["wrap_ups"] for row in rows} == own
        totals = Counter[str]()
        for (media, _), count in own.items():
            totals[media] += count
        assert all(row["share"] == row["wrap_ups"] / totals[row["media_type"]] for row in rows)
        names = {row["wrap_up_code"]: row["wrap_up"] for row in rows}
        assert names == {code: NAMES.get(code, code) for code in names}
        assert len(names) > 10

    def test_talk_hold_and_wrap_up_of_each_conversation(
        self, database: duckdb.DuckDBPyConnection, figures: ConversationFigures
    ) -> None:
        sums = database.execute(
            """
            select
                conversation_id,
                coalesce(sum(value) filter (where name = 'tTalkComplete'), 0),
                coalesce(sum(value) filter (where name = 'tHeldComplete'), 0),
                coalesce(sum(value) filter (where name = 'tAcw'), 0)
            from conversations left join conversation_metrics using (conversation_id)
            group by all
            """
        ).fetchall()
        assert {row[0]: row[1:] for row in sums} == {
            conversation_id: (times.talk, times.held, times.wrap_up)
            for conversation_id, times in figures.times().items()
        }

    @pytest.mark.parametrize(("table", "column", "parent", "key"), FOREIGN_KEYS)
    def test_foreign_keys_resolve(
        self,
        database: duckdb.DuckDBPyConnection,
        table: str,
        column: str,
        parent: str,
        key: str,
    ) -> None:
        ((found, lost),) = database.execute(
            f"""
            with named as (select {_ids(column)} as id from {table})
            select
                count(*) filter (where id in (select {key} from {parent})),
                count(*) filter (where id not in (select {key} from {parent}))
            from named
            where id not like 'ININ-%'
            """  # noqa: S608 - names of this test's own
        ).fetchall()
        assert found > 0
        assert lost == 0
