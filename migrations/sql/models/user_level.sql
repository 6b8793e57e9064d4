-- How many points and which level each user has earned, and by which rule they earn the next.
-- Writes: `projector/src/models/user_level.rs`. Reads: the query-service (profiles, levels).

CREATE TABLE user_level (
    app     text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    points  bigint NOT NULL,
    -- Never falls, also when a later rule asks for more points.
    level   integer NOT NULL,
    PRIMARY KEY (app, user_id)
) WITH (fillfactor = 70);

-- The rule in force at the checkpoint. No row: the default rule.
CREATE TABLE level_rule (
    app                text COLLATE "C" NOT NULL PRIMARY KEY,
    points_per_message bigint NOT NULL,
    points_per_coin    bigint NOT NULL,
    points_per_like    bigint NOT NULL,
    thresholds         bigint[] NOT NULL
);
