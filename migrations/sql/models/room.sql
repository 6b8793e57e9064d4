-- Every room as it stands: name, host, status, totals.
-- Writes: `projector/src/models/room.rs`. Reads: the query-service, for rooms that it does not hold.
-- Instants are Unix milliseconds, as in the log.

CREATE TABLE room (
    app                text COLLATE "C" NOT NULL,
    room_id            text COLLATE "C" NOT NULL,
    room_seq           bigint NOT NULL,
    name               text NOT NULL,
    owner              text COLLATE "C" NOT NULL,
    status             text NOT NULL,
    created_at         bigint NOT NULL,
    changed_at         bigint NOT NULL,
    messages           bigint NOT NULL,
    paid_messages      bigint NOT NULL,
    paid_message_coins bigint NOT NULL,
    gifts              bigint NOT NULL,
    gift_coins         bigint NOT NULL,
    likes              bigint NOT NULL,
    PRIMARY KEY (app, room_id)
) WITH (fillfactor = 50);
