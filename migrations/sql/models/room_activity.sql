-- What was done in each room within each hour (UTC): what its heat is reckoned from when it is read.
-- Writes: `projector/src/models/room_activity.rs`. Reads: the query-service (room ranks).

CREATE TABLE room_activity (
    app             text COLLATE "C" NOT NULL,
    -- Unix milliseconds.
    starts_at       bigint NOT NULL,
    room_id         text COLLATE "C" NOT NULL,
    -- Paid ones included.
    messages        bigint NOT NULL,
    custom_messages bigint NOT NULL,
    -- Less those that were refunded.
    gift_coins      bigint NOT NULL,
    paid_coins      bigint NOT NULL,
    likes           bigint NOT NULL,
    purchase_cents  bigint NOT NULL,
    follows         bigint NOT NULL,
    joins           bigint NOT NULL,
    PRIMARY KEY (app, starts_at, room_id)
) WITH (fillfactor = 70);
