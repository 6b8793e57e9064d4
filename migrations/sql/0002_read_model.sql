-- Which version of each read model stands in this schema. A program that writes another version
-- refuses to run and asks for a rebuild.
-- Writes: `migrations` for a new database, `matinee rebuild` afterwards. Reads: the projector.

CREATE TABLE matinee.read_model (
    name    text COLLATE "C" PRIMARY KEY,
    version integer NOT NULL
);
