"""The tables every service keeps for its own reliability, in its own schema.

They have a metadata of their own, apart from every service's domain tables, and a migration tree
of their own (`chassis/migrations`). No schema is named: the role's `search_path` decides.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

CHASSIS_METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

OUTBOX = Table(
    "outbox",
    CHASSIS_METADATA,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", Uuid, nullable=False, unique=True),
    Column("topic", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("body", Text, nullable=False),
    Column("traceparent", Text),
    Column("tracestate", Text),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("generation", Text),
    Column("published_at", DateTime(timezone=True)),
    Index("ix_outbox_unpublished", "seq", postgresql_where=text("generation IS NULL")),
    Index("ix_outbox_generation", "generation", postgresql_where=text("generation IS NOT NULL")),
    Index("ix_outbox_published_at", "published_at"),
)
"""What a service has to tell, and the durable log of what it has told.

`generation` names the broker's log that holds the row; NULL is unpublished. `published_at` is the
first publication, from which the retention counts. `body` is the record's bytes as text.
"""

INBOX = Table(
    "inbox",
    CHASSIS_METADATA,
    Column("consumer", Text, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
"""Which facts have had their effect here. A row is written in the effect's own transaction."""

DEAD_LETTER = Table(
    "dead_letter",
    CHASSIS_METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("consumer", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("event_id", Uuid),
    Column("event_type", Text),
    Column("topic", Text, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("record_offset", BigInteger, nullable=False),
    Column("key", LargeBinary),
    Column("value", LargeBinary),
    Column("headers", JSONB, nullable=False),
    Column("reason", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("parked_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("settled_at", DateTime(timezone=True)),
    UniqueConstraint("consumer", "fingerprint"),
    Index("ix_dead_letter_parked", "id", postgresql_where=text("settled_at IS NULL")),
)
"""Records that could not be taken in, as they came, with the reason.

`fingerprint` is the event id, or a hash of the record where there is none. `headers` is a list of
[name, base64 of the value].
"""

IDEMPOTENCY_KEY = Table(
    "idempotency_key",
    CHASSIS_METADATA,
    Column("principal", Text, primary_key=True),
    Column("route", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_hash", Text, nullable=False),
    Column("status", Integer),
    Column("body", JSONB),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("ix_idempotency_key_created_at", "created_at"),
)
"""First answers to requests that carried an Idempotency-Key. No status: still in progress."""

AUDIT = Table(
    "audit",
    CHASSIS_METADATA,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("actor", Text, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text),
    Column("trace_id", Text),
    Column("details", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("link", BigInteger, unique=True),
    Column("hash", LargeBinary),
    Index("ix_audit_subject", "subject_kind", "subject_id"),
    Index("ix_audit_unchained", "id", postgresql_where=text("hash IS NULL")),
)
"""Who did, saw or was refused what. `link` numbers the hash chain; NULL is not chained yet."""

DATA_KEY = Table(
    "data_key",
    CHASSIS_METADATA,
    Column("owner_kind", Text, primary_key=True),
    Column("owner_id", Uuid, primary_key=True),
    Column("key_id", Text, nullable=False),
    Column("wrapped", LargeBinary, nullable=True),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("destroyed_at", DateTime(timezone=True)),
)
"""The data key of a person or a case, wrapped by the master key `key_id`.

Destroying it (`wrapped` NULL, `destroyed_at` set) destroys everything encrypted under it.
"""
