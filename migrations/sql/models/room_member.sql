-- Who has come into a room and neither left it nor was sent away.
-- Writes: `projector/src/models/room_member.rs`. Reads: the query-service (members, presence).

CREATE TABLE room_member (
    app       text COLLATE "C" NOT NULL,
    room_id   text COLLATE "C" NOT NULL,
    user_id   text COLLATE "C" NOT NULL,
    -- As they were when they came last.
    nick      text NOT NULL,
    avatar    text,
    level     integer,
    role      text NOT NULL,
    -- Unix milliseconds. Coming twice without leaving keeps the first.
    joined_at bigint NOT NULL,
    PRIMARY KEY (app, room_id, user_id)
);
