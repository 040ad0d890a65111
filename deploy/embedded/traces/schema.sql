-- Applied at every start of the trace page. It must stay repeatable.

CREATE TABLE IF NOT EXISTS span (
    trace_id text NOT NULL,
    span_id text NOT NULL,
    parent_id text,
    service text NOT NULL,
    name text NOT NULL,
    kind smallint NOT NULL,
    started timestamptz NOT NULL,
    ended timestamptz NOT NULL,
    status smallint NOT NULL,
    status_message text NOT NULL,
    attributes jsonb NOT NULL,
    events jsonb NOT NULL,
    links jsonb NOT NULL,
    linked_traces text[] NOT NULL,
    case_id text,
    receipt text,
    PRIMARY KEY (trace_id, span_id)
);
CREATE INDEX IF NOT EXISTS span_started ON span (started);
CREATE INDEX IF NOT EXISTS span_case ON span (case_id, trace_id) WHERE case_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS span_receipt ON span (receipt, trace_id) WHERE receipt IS NOT NULL;
CREATE INDEX IF NOT EXISTS span_linked ON span USING gin (linked_traces)
    WHERE linked_traces <> '{}';

-- What the list shows of a trace, kept with its spans, so that no page adds up what grows.
CREATE TABLE IF NOT EXISTS trace (
    trace_id text PRIMARY KEY,
    started timestamptz NOT NULL,
    ended timestamptz NOT NULL,
    spans integer NOT NULL,
    errors integer NOT NULL,
    services text[] NOT NULL,
    root_service text,
    root_name text
);
CREATE INDEX IF NOT EXISTS trace_started ON trace (started DESC, trace_id DESC);
CREATE INDEX IF NOT EXISTS trace_failed ON trace (started DESC, trace_id DESC) WHERE errors > 0;
CREATE INDEX IF NOT EXISTS trace_ended ON trace (ended);
CREATE INDEX IF NOT EXISTS trace_services ON trace USING gin (services);
