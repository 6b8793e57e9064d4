-- What follows from the log and shall become an event of it: levels that were reached. A row waits
-- here until the sequencer has answered, and is then deleted.
-- Writes and reads: the projector. Not a read model: a rebuild neither fills nor needs it.

CREATE TABLE matinee.outbox (
    app        text COLLATE "C" NOT NULL,
    -- The id of the command: the same whenever and by whomever it is made from the same event.
    id         text COLLATE "C" NOT NULL,
    room_id    text COLLATE "C" NOT NULL,
    user_id    text COLLATE "C" NOT NULL,
    -- As the user was shown then; who has registered is shown as they are now.
    nick       text NOT NULL,
    avatar     text,
    from_level integer NOT NULL,
    level      integer NOT NULL,
    points     bigint NOT NULL,
    -- When the event was decided that lifted the user, in Unix milliseconds.
    at         bigint NOT NULL,
    PRIMARY KEY (app, id)
);
