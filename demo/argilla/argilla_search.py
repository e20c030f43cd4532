"""A search engine for Argilla that needs no server: it asks Argilla's own SQLite database.

For: `make demo` and the live tests, where Elasticsearch would be a gigabyte of Java.
Runs inside Argilla's environment, never in ours. `argilla_app` serves Argilla with it;
`argilla_worker` only imports it, so that Argilla's jobs find the engine as well.
Not here: starting anything (see `servers.py`), and Postgres.

Answers are meant to equal Elasticsearch's, with two differences: there is no index that lags
behind, and text is matched as a part of the field (LIKE) instead of by stemmed words. Vectors are
refused. Everything is one SQL statement, for a dataset may hold ten thousand records.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any
from uuid import UUID
from zlib import crc32

import sqlalchemy as sa
from argilla_server._version import __version__
from argilla_server.database import AsyncSessionLocal
from argilla_server.enums import MetadataPropertyType, RecordStatus, ResponseStatus, SortOrder
from argilla_server.errors.future import UnprocessableEntityError
from argilla_server.models import (
    Dataset,
    MetadataProperty,
    Question,
    Record,
    Response,
    Suggestion,
    User,
)
from argilla_server.search_engine import base
from sqlalchemy import ColumnElement, event, func, select
from sqlalchemy.engine import Engine

ROW = sa.literal_column("records.rowid")
PRIME = 2**31 - 1
RECORD_COLUMNS = {
    "id": Record.id,
    "external_id": Record.external_id,
    "status": Record.status,
    "inserted_at": Record.inserted_at,
    "updated_at": Record.updated_at,
}
SUGGESTION_COLUMNS = {"agent": Suggestion.agent, "type": Suggestion.type}


@event.listens_for(Engine, "connect")
def _sync_less(connection: Any, _: Any) -> None:
    """The file is in WAL mode, where NORMAL is safe against everything but a power cut."""
    connection.execute("PRAGMA synchronous = NORMAL")


@base.SearchEngine.register("embedded")
class EmbeddedSearch(base.SearchEngine):
    """Reads what Argilla has committed."""

    @classmethod
    async def new_instance(cls) -> "EmbeddedSearch":
        return cls()

    async def ping(self) -> bool:
        return True

    async def info(self) -> dict[str, Any]:
        return {"name": "embedded", "version": {"number": __version__}}

    async def _nothing(self, *_: Any, **__: Any) -> None:
        """There is no index to keep up to date."""

    close = create_index = delete_index = configure_index_vectors = _nothing
    configure_metadata_property = index_records = delete_records = _nothing
    partial_record_update = update_record_response = delete_record_response = _nothing
    update_record_suggestion = delete_record_suggestion = _nothing

    async def get_dataset_progress(self, dataset: Dataset) -> dict[str, int]:
        if dataset.is_draft:
            return {}
        counts = select(Record.status, func.count()).group_by(Record.status)
        return await _progress(counts.where(Record.dataset_id == dataset.id))

    async def get_dataset_user_progress(self, dataset: Dataset, user: User) -> dict[str, int]:
        if dataset.is_draft:
            return {}
        counts = select(Response.status, func.count()).join(Record).group_by(Response.status)
        mine = Response.user_id == user.id
        return await _progress(counts.where(Record.dataset_id == dataset.id, mine))

    async def search(
        self,
        dataset: Dataset,
        query: base.TextQuery | str | None = None,
        filter: base.Filter | None = None,
        sort: list[base.Order] | None = None,
        offset: int = 0,
        limit: int = 100,
        user_id: UUID | None = None,
    ) -> base.SearchResponses:
        where = sa.and_(
            Record.dataset_id == dataset.id,
            _text(dataset, query),
            _filter(dataset.id, filter) if filter else sa.true(),
        )
        order = [term for item in sort or () for term in _order(dataset.id, item)]
        if user_id and not order:
            order = [_shuffled(user_id)]
        page = select(Record.id).where(where).order_by(*order, ROW).offset(offset).limit(limit)
        async with AsyncSessionLocal() as db:
            total = await db.scalar(select(func.count()).select_from(Record).where(where))
            ids = (await db.scalars(page)).all() if total else []
        items = [base.SearchResponseItem(record_id=id_, score=1.0) for id_ in ids]
        return base.SearchResponses(items=items, total=total or 0)

    async def compute_metrics_for(
        self, metadata_property: MetadataProperty
    ) -> base.MetadataMetrics:
        value = _json_each(Record.metadata_, metadata_property.name).c.value
        mine = [Record.dataset_id == metadata_property.dataset_id, value.is_not(None)]
        async with AsyncSessionLocal() as db:
            if metadata_property.type == MetadataPropertyType.terms:
                counts = select(value, func.count().label("n")).where(*mine).group_by(value)
                rows = await db.execute(counts.order_by(sa.desc("n"), value))
                values = [base.TermsMetrics.TermCount(term=str(t), count=n) for t, n in rows]
                return base.TermsMetrics(total=sum(count.count for count in values), values=values)
            rows = await db.execute(select(func.min(value), func.max(value)).where(*mine))
            low, high = rows.one()
        if metadata_property.type == MetadataPropertyType.integer:
            return base.IntegerMetadataMetrics(min=low, max=high)
        return base.FloatMetadataMetrics(min=low, max=high)

    async def similarity_search(self, *_: Any, **__: Any) -> base.SearchResponses:
        raise UnprocessableEntityError("This Argilla's embedded search has no similarity search.")


async def _progress(counts: Any) -> dict[str, int]:
    async with AsyncSessionLocal() as db:
        found = {status.value: count for status, count in await db.execute(counts)}
    return {"total": sum(found.values()), **found}


def _json_each(column: Any, *path: str) -> Any:
    """One row for each value at the path: none if it is absent, several if it is a list."""
    steps = "$" + "".join(f'."{step}"' for step in path)
    return func.json_each(column, steps).table_valued("value", joins_implicitly=True)


def _exists(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(1).where(*where).correlate(Record).exists()


def _shuffled(user_id: UUID) -> ColumnElement[int]:
    """The same order at every call, another one for every user, as Argilla's UI expects."""
    return (ROW * (crc32(user_id.bytes) % PRIME or 1)) % PRIME


def _text(dataset: Dataset, query: base.TextQuery | str | None) -> ColumnElement[bool]:
    """Every word (or "phrase") must occur in a field, and no -word; letter case does not matter."""
    if query is None:
        return sa.true()
    query = base.TextQuery(q=query) if isinstance(query, str) else query
    names = [query.field] if query.field else [f.name for f in dataset.fields if not f.is_image]

    def occurs(word: str) -> ColumnElement[bool]:
        trees = [
            func.json_tree(Record.fields, f'$."{name}"').table_valued("atom", joins_implicitly=True)
            for name in names
        ]
        return sa.or_(
            sa.false(),
            *(
                _exists(sa.cast(t.c.atom, sa.String).icontains(word, autoescape=True))
                for t in trees
            ),
        )

    words = re.findall(r'(-?)(?:"([^"]+)"|([^\s"]+))', query.q)
    found = [(minus, phrase or word.rstrip("*")) for minus, phrase, word in words]
    return sa.and_(
        sa.true(), *(sa.not_(occurs(w)) if minus else occurs(w) for minus, w in found if w)
    )


def _filter(dataset_id: UUID, filter: base.Filter) -> ColumnElement[bool]:
    if isinstance(filter, base.AndFilter):
        return sa.and_(sa.true(), *(_filter(dataset_id, part) for part in filter.filters))
    scope = filter.scope
    if isinstance(scope, base.RecordFilterScope):
        return _record_filter(filter, scope.property)
    if isinstance(scope, base.MetadataFilterScope):
        each = _json_each(Record.metadata_, scope.metadata_property)
        return _exists(_matches(filter, each.c.value))
    if isinstance(scope, base.SuggestionFilterScope):
        return _exists(*_suggestion(dataset_id, scope), _matches(filter, _suggested(scope)))
    if scope.question:
        each = _json_each(Response.values, scope.question, "value")
        return _exists(*_response(scope), _matches(filter, each.c.value))
    return _response_status_filter(filter, scope)


def _matches(filter: base.TermsFilter | base.RangeFilter, value: Any) -> ColumnElement[bool]:
    if isinstance(filter, base.TermsFilter):
        return sa.cast(value, sa.String).in_(filter.values)
    low = sa.true() if filter.ge is None else value >= float(filter.ge)
    high = sa.true() if filter.le is None else value <= float(filter.le)
    return sa.and_(func.typeof(value).in_(["integer", "real"]), low, high)


def _record_filter(filter: base.TermsFilter | base.RangeFilter, name: str) -> ColumnElement[bool]:
    column = RECORD_COLUMNS[name]
    convert = {"id": UUID, "status": RecordStatus, "external_id": str}.get(name, _moment)
    if isinstance(filter, base.TermsFilter):
        return column.in_(list(_converted(convert, filter.values)))
    low = sa.true() if filter.ge is None else column >= convert(filter.ge)
    high = sa.true() if filter.le is None else column <= convert(filter.le)
    return sa.and_(low, high)


def _converted(convert: Any, values: list[str]) -> Iterator[Any]:
    """A value that is no UUID or no status equals nothing, which is not an error."""
    for value in values:
        try:
            yield convert(value)
        except ValueError:
            continue


def _moment(value: float | str) -> datetime:
    """Naive UTC, as Argilla stores it; a number counts milliseconds since 1970."""
    if isinstance(value, (int, float)):
        moment = datetime.fromtimestamp(value / 1000, timezone.utc)
    else:
        moment = datetime.fromisoformat(value)
    return moment.astimezone(timezone.utc).replace(tzinfo=None) if moment.tzinfo else moment


def _response(scope: base.ResponseFilterScope) -> list[ColumnElement[bool]]:
    mine = [Response.user_id == scope.user.id] if scope.user else []
    return [Response.record_id == Record.id, *mine]


def _response_status_filter(
    filter: base.TermsFilter | base.RangeFilter, scope: base.ResponseFilterScope
) -> ColumnElement[bool]:
    """A record is pending for whom has not answered it, and for nobody if anybody has."""
    if scope.property != "status" or not isinstance(filter, base.TermsFilter):
        raise UnprocessableEntityError("A filter by responses needs a question or the status.")
    wanted = list(_converted(ResponseStatus, filter.values))
    answered = _exists(*_response(scope), Response.status.in_(wanted))
    unseen = sa.not_(_exists(*_response(scope)))
    return sa.or_(answered, unseen) if "pending" in filter.values else answered


def _suggestion(dataset_id: UUID, scope: base.SuggestionFilterScope) -> list[ColumnElement[bool]]:
    question = select(Question.id).where(
        Question.dataset_id == dataset_id, Question.name == scope.question
    )
    mine = Suggestion.question_id == question.scalar_subquery()
    return [Suggestion.record_id == Record.id, mine]


def _suggested(scope: base.SuggestionFilterScope) -> Any:
    if scope.property in SUGGESTION_COLUMNS:
        return SUGGESTION_COLUMNS[scope.property]
    column = Suggestion.score if scope.property == "score" else Suggestion.value
    return _json_each(column).c.value


def _order(dataset_id: UUID, order: base.Order) -> list[ColumnElement[Any]]:
    """Records without a value come last in both directions; of a list, its nearer end counts."""
    value = _sort_value(dataset_id, order.scope, descending=order.order == SortOrder.desc)
    return [(value.desc() if order.order == SortOrder.desc else value.asc()).nulls_last()]


def _sort_value(dataset_id: UUID, scope: base.FilterScope, descending: bool) -> Any:
    if isinstance(scope, base.RecordFilterScope):
        return RECORD_COLUMNS[scope.property]
    nearer = func.max if descending else func.min
    if isinstance(scope, base.MetadataFilterScope):
        one = select(nearer(_json_each(Record.metadata_, scope.metadata_property).c.value))
    elif isinstance(scope, base.SuggestionFilterScope):
        one = select(nearer(_suggested(scope))).where(*_suggestion(dataset_id, scope))
    elif scope.question:
        each = _json_each(Response.values, scope.question, "value")
        one = select(func.avg(each.c.value)).where(*_response(scope))
    else:
        one = select(nearer(Response.status)).where(*_response(scope))
    return one.correlate(Record).scalar_subquery()
