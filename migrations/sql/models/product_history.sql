-- What each product cost, how many were left and whether it could be bought, from when on: one row
-- for each change.
-- Writes: `projector/src/models/product_history.rs`. Reads: the query-service, analysts.

CREATE TABLE product_history (
    app         text COLLATE "C" NOT NULL,
    room_id     text COLLATE "C" NOT NULL,
    product_id  text COLLATE "C" NOT NULL,
    room_seq    bigint NOT NULL,
    -- Unix milliseconds.
    at          bigint NOT NULL,
    title       text NOT NULL,
    price_cents bigint NOT NULL,
    -- Pieces left; null if the merchant does not say.
    stock       bigint,
    sold_out    boolean NOT NULL,
    -- From here on it was not on the shelf.
    removed     boolean NOT NULL,
    PRIMARY KEY (app, room_id, product_id, room_seq)
);
