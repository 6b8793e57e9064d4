-- How many points and which level each user has earned, and by which rule they earn the next.
-- Writes: `projector/src/models/user_level.rs`. Reads: the query-service (profiles, levels).

CREATE TABLE user_level (
    app     text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    points  bigint NOT NULL,
    -- Never falls, also when a later rule asks for more points.
    level   integer NOT NULL,
    -- What each source earned on the last day that it earned something, and when: what daily caps
    -- and pauses are measured by, as JSON.
    day     text NOT NULL,
    PRIMARY KEY (app, user_id)
) WITH (fillfactor = 70);

-- The rule in force at the checkpoint, as JSON. No row: the default rule.
CREATE TABLE level_rule (
    app  text COLLATE "C" NOT NULL PRIMARY KEY,
    rule text NOT NULL
);
