-- The gifts that can be sent, retired ones included.
-- Writes: `projector/src/models/gift_catalogue.rs`. Reads: analysts; viewers are shown the catalogue
-- from memory.

CREATE TABLE gift_catalogue (
    app               text COLLATE "C" NOT NULL,
    gift_id           text COLLATE "C" NOT NULL,
    name              text NOT NULL,
    unit_price        bigint NOT NULL,
    retired           boolean NOT NULL,
    image             text,
    category          text,
    -- JSON, as it was defined.
    effect            text,
    -- The version of the whole catalogue in which the gift last changed.
    catalogue_version bigint NOT NULL,
    changed_at        bigint NOT NULL,
    PRIMARY KEY (app, gift_id)
);

-- Every version of every gift: what it was called and what it cost from when on.
CREATE TABLE gift_version (
    app               text COLLATE "C" NOT NULL,
    catalogue_version bigint NOT NULL,
    gift_id           text COLLATE "C" NOT NULL,
    name              text NOT NULL,
    unit_price        bigint NOT NULL,
    retired           boolean NOT NULL,
    image             text,
    category          text,
    effect            text,
    at                bigint NOT NULL,
    PRIMARY KEY (app, catalogue_version)
);
