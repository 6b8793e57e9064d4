-- What is added may be less than nothing since gifts are refunded: sums stay at both ends.
-- Used by: the statements of the projector.

CREATE OR REPLACE FUNCTION matinee.saturating_add(total bigint, more bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS 'SELECT CASE WHEN 0 <= more THEN least(total, 9223372036854775807 - more) + more
        ELSE greatest(total, -9223372036854775808 - more) + more END';
