-- Which gifts were refunded.
-- Writes: `projector/src/models/gift_refund.rs`. Reads: the query-service (known facts).

CREATE TABLE gift_refund (
    app          text COLLATE "C" NOT NULL,
    room_id      text COLLATE "C" NOT NULL,
    -- The place of the gift.
    refunded_seq bigint NOT NULL,
    -- The place of its refund.
    room_seq     bigint NOT NULL,
    PRIMARY KEY (app, room_id, refunded_seq)
);
