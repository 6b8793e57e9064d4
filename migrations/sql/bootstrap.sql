-- Where everything of Matinee lives, and what has been applied to it.
-- Run before every `apply`; changes nothing the second time. Writes and reads: `migrations` alone.

CREATE SCHEMA IF NOT EXISTS matinee;

CREATE TABLE IF NOT EXISTS matinee.migration (
    number     integer PRIMARY KEY,
    name       text NOT NULL,
    -- SHA-256 of the file: a file that was applied is never edited.
    checksum   text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
