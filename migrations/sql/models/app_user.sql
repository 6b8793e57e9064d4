-- The people of an app, as they registered last.
-- Writes: `projector/src/models/app_user.rs`. Reads: the query-service (profiles).

CREATE TABLE app_user (
    app           text COLLATE "C" NOT NULL,
    user_id       text COLLATE "C" NOT NULL,
    nick          text NOT NULL,
    avatar        text,
    registered_at bigint NOT NULL,
    changed_at    bigint NOT NULL,
    PRIMARY KEY (app, user_id)
);
