-- The gifts that can be sent, retired ones included.
-- Writes: `projector/src/models/gift_catalogue.rs`. Reads: the query-service.

CREATE TABLE gift_catalogue (
    app               text COLLATE "C" NOT NULL,
    gift_id           text COLLATE "C" NOT NULL,
    name              text NOT NULL,
    unit_price        bigint NOT NULL,
    retired           boolean NOT NULL,
    -- The version of the whole catalogue in which the gift last changed.
    catalogue_version bigint NOT NULL,
    changed_at        bigint NOT NULL,
    PRIMARY KEY (app, gift_id)
);
