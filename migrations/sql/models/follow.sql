-- Who follows whom: a set.
-- Writes: `projector/src/models/follow.rs`. Reads: the query-service.

CREATE TABLE follow (
    app         text COLLATE "C" NOT NULL,
    user_id     text COLLATE "C" NOT NULL,
    host_id     text COLLATE "C" NOT NULL,
    -- Unix milliseconds. Following twice keeps the first.
    followed_at bigint NOT NULL,
    PRIMARY KEY (app, user_id, host_id)
);

-- How many rows of the set each host has. A host that was ever followed keeps a row.
CREATE TABLE follower_count (
    app       text COLLATE "C" NOT NULL,
    host_id   text COLLATE "C" NOT NULL,
    followers bigint NOT NULL,
    PRIMARY KEY (app, host_id)
) WITH (fillfactor = 70);
