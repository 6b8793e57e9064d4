-- What rooms know of people: the values of custom fields of members, also of those who have left.
-- Writes: `projector/src/models/member_field.rs`. Reads: the query-service (members).

CREATE TABLE member_field (
    app       text COLLATE "C" NOT NULL,
    room_id   text COLLATE "C" NOT NULL,
    user_id   text COLLATE "C" NOT NULL,
    -- A field that was removed has no row.
    field_key text COLLATE "C" NOT NULL,
    value     text NOT NULL,
    PRIMARY KEY (app, room_id, user_id, field_key)
);
