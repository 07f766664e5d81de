-- Requests of the control plane that are to be done once.
CREATE TABLE idempotent_request (
    id      TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    answer  TEXT NOT NULL,
    at_ms   BIGINT NOT NULL
);
CREATE INDEX idempotent_request_at ON idempotent_request (at_ms);
