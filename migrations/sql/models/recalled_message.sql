-- Messages that were taken back: their texts are not shown again, wherever they are read.
-- Writes: `projector/src/models/recalled_message.rs`. Reads: the query-service, with `room_feed`.

CREATE TABLE recalled_message (
    app         text COLLATE "C" NOT NULL,
    room_id     text COLLATE "C" NOT NULL,
    room_seq    bigint NOT NULL,
    -- Who took it back, and when, in Unix milliseconds.
    recalled_by text COLLATE "C" NOT NULL,
    recalled_at bigint NOT NULL,
    PRIMARY KEY (app, room_id, room_seq)
);
