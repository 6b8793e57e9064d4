-- What was seen of a room while it was shown: items that were left out, by class. An observation of the
-- processes that show it, not a read model: the log does not say it, and a rebuild cannot make it.
-- Writes and reads: the query-service.

CREATE TABLE matinee.room_insight (
    app             text COLLATE "C" NOT NULL,
    room_id         text COLLATE "C" NOT NULL,
    -- Items of the room up to this `room_seq` are counted: every process leaves out the same ones, and
    -- they count once.
    shed_to         bigint NOT NULL,
    room_normal     bigint NOT NULL,
    room_low        bigint NOT NULL,
    room_lowest     bigint NOT NULL,
    -- Left out for viewers who did not keep up, over all viewers.
    viewers_normal  bigint NOT NULL,
    viewers_low     bigint NOT NULL,
    viewers_lowest  bigint NOT NULL,
    PRIMARY KEY (app, room_id)
);
