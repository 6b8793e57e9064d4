-- How far a reader has come in an app's log. Moved in the transaction that writes the reader's rows,
-- and only from where that reader believes it to be: two of them cannot both succeed.
-- Writes: the projector. Reads: the projector, `matinee rebuild`, and the query-service for `?min_seq=`.

CREATE TABLE matinee.checkpoint (
    app        text COLLATE "C" NOT NULL,
    reader     text COLLATE "C" NOT NULL,
    -- The last commit whose rows are there; 0 is "before all".
    seq        bigint NOT NULL DEFAULT 0,
    -- Counts the read models that were switched under this reader. A reader that does not know of a
    -- switch is fenced off and looks again which tables it writes.
    generation bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (app, reader)
) WITH (fillfactor = 50);
