-- What the shop has sold in each room: an order counts once, however often it is in the log.
-- Writes: `projector/src/models/purchase.rs`. Reads: the query-service (known orders, sales).

CREATE TABLE purchase (
    app          text COLLATE "C" NOT NULL,
    order_id     text COLLATE "C" NOT NULL,
    room_id      text COLLATE "C" NOT NULL,
    room_seq     bigint NOT NULL,
    at           bigint NOT NULL,
    user_id      text COLLATE "C" NOT NULL,
    product_id   text COLLATE "C" NOT NULL,
    quantity     bigint NOT NULL,
    amount_cents bigint NOT NULL,
    -- What was being explained then; null if nothing was.
    spotlight    text COLLATE "C",
    PRIMARY KEY (app, order_id)
);

-- The sums of each product of a room.
CREATE TABLE product_sale (
    app           text COLLATE "C" NOT NULL,
    room_id       text COLLATE "C" NOT NULL,
    product_id    text COLLATE "C" NOT NULL,
    orders        bigint NOT NULL,
    sold          bigint NOT NULL,
    revenue_cents bigint NOT NULL,
    -- Of `sold`, while the product itself was being explained.
    sold_in_spotlight bigint NOT NULL,
    PRIMARY KEY (app, room_id, product_id)
) WITH (fillfactor = 70);
