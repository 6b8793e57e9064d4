-- How many have been in a room: the most at once, and each once. Measured by the processes that show the
-- room, not a read model: who opens a stream is no event, so the log does not say it and a rebuild cannot
-- make it.
-- Writes and reads: the query-service.

CREATE TABLE matinee.room_audience (
    app     text COLLATE "C" NOT NULL,
    room_id text COLLATE "C" NOT NULL,
    peak    bigint NOT NULL,
    uniques bigint NOT NULL,
    -- The set that `uniques` counts, as JSON: hashes of user ids, and of many a sketch, so it is bounded.
    ever    text NOT NULL,
    -- Rises with every write. Whoever writes must have seen the one before, so no set is lost.
    version bigint NOT NULL,
    PRIMARY KEY (app, room_id)
);
