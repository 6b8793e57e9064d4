-- What each user has given in a room within each hour and each day (UTC). For all of the show there is
-- `gift_total`. Ranked when it is read: an index on a sum would be rewritten with every batch.
-- Writes: `projector/src/models/gift_rank.rs`. Reads: the query-service (rankings).

CREATE TABLE gift_rank (
    app       text COLLATE "C" NOT NULL,
    room_id   text COLLATE "C" NOT NULL,
    -- hour, day.
    period    text COLLATE "C" NOT NULL,
    -- Unix milliseconds.
    starts_at bigint NOT NULL,
    user_id   text COLLATE "C" NOT NULL,
    gifts     bigint NOT NULL,
    coins     bigint NOT NULL,
    PRIMARY KEY (app, room_id, period, starts_at, user_id)
) WITH (fillfactor = 70);
