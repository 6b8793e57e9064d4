-- What happened in a room, item by item: the history behind the live stream.
-- Writes: `projector/src/models/room_feed.rs`. Reads: the query-service.

CREATE TABLE room_feed (
    app      text COLLATE "C" NOT NULL,
    room_id  text COLLATE "C" NOT NULL,
    room_seq bigint NOT NULL,
    -- Unix milliseconds.
    at       bigint NOT NULL,
    type     text COLLATE "C" NOT NULL,
    user_id  text COLLATE "C" NOT NULL,
    -- lowest, low, normal, high.
    priority text COLLATE "C" NOT NULL,
    -- The JSON that was pushed, byte for byte: text, because jsonb would reorder it.
    item     text NOT NULL,
    PRIMARY KEY (app, room_id, room_seq)
);
