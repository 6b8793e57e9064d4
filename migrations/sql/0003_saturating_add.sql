-- Sums stay at the largest number instead of failing, as they do in memory. Both are never negative.
-- Used by: the statements of the projector.

CREATE FUNCTION matinee.saturating_add(total bigint, more bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT least(total, 9223372036854775807 - more) + more';
