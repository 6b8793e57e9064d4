-- What each user has given in each room. Ranked when it is read: an index on a sum would be
-- rewritten with every batch.
-- Writes: `projector/src/models/gift_total.rs`. Reads: the query-service (rankings).

CREATE TABLE gift_total (
    app           text COLLATE "C" NOT NULL,
    room_id       text COLLATE "C" NOT NULL,
    user_id       text COLLATE "C" NOT NULL,
    gifts         bigint NOT NULL,
    coins         bigint NOT NULL,
    -- Paid messages are not gifts and count apart.
    paid_messages bigint NOT NULL,
    paid_coins    bigint NOT NULL,
    PRIMARY KEY (app, room_id, user_id)
) WITH (fillfactor = 70);
