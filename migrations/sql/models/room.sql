-- Every room as it stands: name, host, status, texts, totals.
-- Writes: `projector/src/models/room.rs`. Reads: the query-service, to list rooms and to search them.
-- Instants are Unix milliseconds, as in the log.

CREATE TABLE room (
    app                text COLLATE "C" NOT NULL,
    room_id            text COLLATE "C" NOT NULL,
    room_seq           bigint NOT NULL,
    name               text NOT NULL,
    -- In lower case, for the search.
    name_folded        text COLLATE "C" NOT NULL,
    kind               text COLLATE "C" NOT NULL,
    cover              text NOT NULL,
    introduction       text NOT NULL,
    announcement       text NOT NULL,
    archived           boolean NOT NULL,
    owner              text COLLATE "C" NOT NULL,
    status             text COLLATE "C" NOT NULL,
    created_at         bigint NOT NULL,
    changed_at         bigint NOT NULL,
    live_at            bigint,
    messages           bigint NOT NULL,
    paid_messages      bigint NOT NULL,
    paid_message_coins bigint NOT NULL,
    gifts              bigint NOT NULL,
    gift_coins         bigint NOT NULL,
    likes              bigint NOT NULL,
    PRIMARY KEY (app, room_id)
) WITH (fillfactor = 50);

-- Newest first, whatever is asked for; none of these columns changes while people talk.
CREATE INDEX room_by_age ON room (app, created_at, room_id);
CREATE INDEX room_by_owner ON room (app, owner, created_at, room_id);
CREATE INDEX room_by_kind ON room (app, kind, created_at, room_id);
CREATE INDEX room_by_status ON room (app, status, created_at, room_id);
