-- The products of each room, as they stand.
-- Writes: `projector/src/models/shelf.rs`. Reads: the query-service.

CREATE TABLE shelf (
    app         text COLLATE "C" NOT NULL,
    room_id     text COLLATE "C" NOT NULL,
    product_id  text COLLATE "C" NOT NULL,
    title       text NOT NULL,
    price_cents bigint NOT NULL,
    -- Pieces left; null if the merchant does not say.
    stock       bigint,
    sold_out    boolean NOT NULL,
    -- The order on the shelf is by `placed_seq`, then `place`: the event that placed the product
    -- last, and where in it.
    placed_seq  bigint NOT NULL,
    place       bigint NOT NULL,
    -- `room_seq` of the last change.
    changed_seq bigint NOT NULL,
    PRIMARY KEY (app, room_id, product_id)
);
