-- When which product was being explained: one row per window. The window without an end is open.
-- Writes: `projector/src/models/spotlight.rs`. Reads: the query-service, analysts.

CREATE TABLE spotlight (
    app        text COLLATE "C" NOT NULL,
    room_id    text COLLATE "C" NOT NULL,
    from_seq   bigint NOT NULL,
    product_id text COLLATE "C" NOT NULL,
    -- The product as the shelf showed it then, as JSON.
    product    text,
    from_at    bigint NOT NULL,
    -- The event that ended it, which belongs to the next window or to none.
    to_seq     bigint,
    to_at      bigint,
    PRIMARY KEY (app, room_id, from_seq)
);
