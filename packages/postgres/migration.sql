-- The tables and functions of @aauth-guard/postgres. `prepare()` runs this file, and so can you:
--
--   psql --single-transaction --set ON_ERROR_STOP=1 --file migration.sql
--
-- It can be run again at any time and keeps all entries. To use a schema of another name, replace "aauth" in the next two
-- statements. Afterwards only the functions are called, each as one statement: a connection pool does not hold a
-- transaction between two calls. They need `GRANT USAGE ON SCHEMA aauth TO your_role` and run as the owner of the tables.
--
-- Functions find entries by an index from the first one on. That makes a plan look expensive that reads the one row of the
-- marker, and compiling it (`jit`) would take longer than all the rest.
--
-- Times are judged by the clock of this server only. Names of tokens, missions and issuers are JSON arrays in ASCII, since
-- text in PostgreSQL cannot hold every string; entries are found by the SHA-256 of the name.

CREATE SCHEMA IF NOT EXISTS aauth;
SET LOCAL search_path = aauth, pg_temp;

SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' migration', 0));

-- The marker. Without it every function refuses, because entries were lost: a database that was restored empty would
-- accept each revoked token. It is made together with the tables and never again, except by `begin_after_loss`.

DO $$
DECLARE
  there int := num_nonnulls(to_regclass('revocations'), to_regclass('tombstones'), to_regclass('marks'));
  version_before int := 0;
BEGIN
  IF to_regproc('migration_version') IS NOT NULL THEN
    EXECUTE 'SELECT migration_version()' INTO version_before;
  END IF;
  IF to_regclass('marker') IS NULL THEN
    CREATE TABLE marker (
      only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
      made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      lost_at timestamptz NOT NULL DEFAULT '-infinity'
    );
    IF there = 0 THEN
      INSERT INTO marker DEFAULT VALUES;
    END IF;
  ELSIF there < 3 OR (version_before >= 2 AND to_regclass('records') IS NULL) THEN
    DELETE FROM marker;
  END IF;
END $$;

CREATE OR REPLACE FUNCTION migration_version() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 3';

CREATE OR REPLACE FUNCTION begin_after_loss() RETURNS jsonb LANGUAGE sql SET search_path FROM CURRENT AS $$
  INSERT INTO marker (lost_at) VALUES (clock_timestamp())
  ON CONFLICT (only_row) DO UPDATE SET lost_at = excluded.lost_at
  RETURNING to_jsonb(true);
$$;

-- Returns since when entries are complete.
CREATE OR REPLACE FUNCTION assert_usable() RETURNS timestamptz LANGUAGE plpgsql AS $$
DECLARE
  complete_since timestamptz;
BEGIN
  IF pg_is_in_recovery() THEN
    RAISE EXCEPTION 'this server is a standby, which may lack the latest entries' USING ERRCODE = 'read_only_sql_transaction';
  END IF;
  SELECT lost_at INTO complete_since FROM marker;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'entries were lost' USING ERRCODE = 'AAG01';
  END IF;
  RETURN complete_since;
END $$;

-- In other isolation levels a function would count what was there before it got its lock.
CREATE OR REPLACE FUNCTION assert_writable() RETURNS timestamptz LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'the transaction isolation is "%": use "read committed"', current_setting('transaction_isolation');
  END IF;
  RETURN assert_usable();
END $$;

CREATE OR REPLACE FUNCTION forget_marker() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
  DELETE FROM marker;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION server_time() RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '2s' AS $$
BEGIN
  PERFORM assert_usable();
  RETURN to_jsonb(extract(epoch FROM clock_timestamp()));
END $$;

CREATE OR REPLACE FUNCTION server_state() RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '2s' AS $$
BEGIN
  PERFORM assert_writable();
  RETURN jsonb_build_object(
    'version', current_setting('server_version_num')::int,
    'migration', migration_version(),
    'synchronousCommit', current_setting('synchronous_commit'),
    'synchronousStandbys', current_setting('synchronous_standby_names')
  );
END $$;

-- Helpers. Those in SQL are single expressions, which are inlined. Others are in PL/pgSQL, whose plans are kept.

CREATE OR REPLACE FUNCTION key_of(name text) RETURNS bytea LANGUAGE sql STABLE AS
  $$ SELECT sha256(convert_to(name, 'UTF8')) $$;

CREATE OR REPLACE FUNCTION lock_name(kind text, scope bytea, shard int) RETURNS void LANGUAGE sql AS
  $$ SELECT pg_advisory_xact_lock(hashtextextended(concat(current_schema(), kind, encode(scope, 'hex'), shard), 0)) $$;

-- Only one call at a time removes expired rows; others do not wait for it.
CREATE OR REPLACE FUNCTION may_clean(kind text) RETURNS boolean LANGUAGE sql AS
  $$ SELECT pg_try_advisory_xact_lock(hashtextextended(concat(current_schema(), kind, ' clean'), 0)) $$;

-- Tells all listeners, with the entry: a message leaves when its transaction commits. What is too long for a message
-- makes them check everything again.
CREATE OR REPLACE FUNCTION announce(message jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF octet_length(message::text) >= 8000 THEN
    message := '{"lost": "a change that is too long for a message"}';
  END IF;
  PERFORM pg_notify(current_schema() || '_changes', message::text);
END $$;

-- Shares. How many entries of a kind each scope holds: an issuer, a key, or (the empty scope) all unlisted issuers. Entries
-- that end are counted in steps of time, each of which is over at once. The counts of a scope that many write to are split
-- into shards, since a lock is held until its transaction has committed. A call waits for a lock for at most 2 seconds:
-- nobody waits for its answer longer than that.

CREATE TABLE IF NOT EXISTS counts (
  kind text NOT NULL,
  scope bytea NOT NULL,
  ends_at timestamptz NOT NULL,
  shard smallint NOT NULL,
  entries bigint NOT NULL,
  PRIMARY KEY (kind, scope, ends_at, shard)
) WITH (fillfactor = 50);
CREATE INDEX IF NOT EXISTS counts_ends_at ON counts (ends_at);

CREATE OR REPLACE FUNCTION held(of_kind text, of_scope bytea, at timestamptz) RETURNS float8 LANGUAGE plpgsql AS $$
BEGIN
  RETURN (SELECT coalesce(sum(entries), 0) FROM counts WHERE kind = of_kind AND scope = of_scope AND ends_at > at);
END $$;

-- Concurrent calls can exceed a large bound by one entry for each of 7 shards, and a small bound by nothing.
CREATE OR REPLACE FUNCTION shard_of(key bytea, bound float8) RETURNS int LANGUAGE sql IMMUTABLE AS
  $$ SELECT CASE WHEN bound >= 8000 THEN get_byte(key, 0) & 7 ELSE 0 END $$;

-- The time at which the step ends that holds `until`.
CREATE OR REPLACE FUNCTION step_end(until timestamptz, seconds float8) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT to_timestamp(ceil(extract(epoch FROM until)::float8 / greatest(seconds, 1)) * greatest(seconds, 1));
$$;

-- Whether an issuer may hold one more entry, whose name has this key. The share of a listed issuer does not depend on
-- others. That of an unlisted one shrinks with the free space of all unlisted ones. Nobody else takes the place until the
-- transaction ends.
CREATE OR REPLACE FUNCTION has_room(kind text, issuer bytea, key bytea, question jsonb, at timestamptz) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  max_all float8 := (question ->> 'max')::float8;
  share float8 := (question ->> 'maxPerIssuer')::float8;
BEGIN
  PERFORM lock_name(kind, issuer, shard_of(key, share));
  IF NOT (question ->> 'listed')::boolean THEN
    PERFORM lock_name(kind, '', shard_of(key, max_all));
    share := (question ->> 'maxPerUnlisted')::float8;
    share := least(share, 2 * (max_all - held(kind, '', at)) * share / max_all);
  END IF;
  RETURN held(kind, issuer, at) < share;
END $$;

CREATE OR REPLACE FUNCTION add_count(of_kind text, of_scope bytea, of_shard int, until timestamptz, change int) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO counts AS c (kind, scope, ends_at, shard, entries) VALUES (of_kind, of_scope, until, of_shard, change)
  ON CONFLICT (kind, scope, ends_at, shard) DO UPDATE SET entries = c.entries + excluded.entries;
END $$;

-- Counts an entry, after `has_room`; or takes it back, with a change of -1.
CREATE OR REPLACE FUNCTION count_entry(
  kind text, issuer bytea, key bytea, question jsonb, until timestamptz, change int DEFAULT 1
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM add_count(kind, issuer, shard_of(key, (question ->> 'maxPerIssuer')::float8), until, change);
  IF NOT (question ->> 'listed')::boolean THEN
    PERFORM add_count(kind, '', shard_of(key, (question ->> 'max')::float8), until, change);
  END IF;
END $$;

-- Counts an entry until another time than before, or for the first time.
CREATE OR REPLACE FUNCTION move_count(
  kind text, issuer bytea, key bytea, question jsonb, before timestamptz, until timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF before = until THEN
    RETURN;
  END IF;
  IF before IS NOT NULL THEN
    PERFORM count_entry(kind, issuer, key, question, before, -1);
  END IF;
  PERFORM count_entry(kind, issuer, key, question, until);
END $$;

CREATE OR REPLACE FUNCTION clean_counts(at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM counts WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM counts WHERE ends_at <= at ORDER BY ends_at LIMIT 100 FOR UPDATE SKIP LOCKED
  ));
END $$;

-- Used signatures.

CREATE TABLE IF NOT EXISTS marks (
  key bytea PRIMARY KEY,
  expires_at timestamptz NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX IF NOT EXISTS marks_expires_at ON marks (expires_at);
CREATE OR REPLACE TRIGGER lost BEFORE TRUNCATE ON marks EXECUTE FUNCTION forget_marker();

CREATE OR REPLACE FUNCTION mark(question jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
SET enable_seqscan = off SET jit = off SET lock_timeout = '2s' AS $$
DECLARE
  complete_since timestamptz := assert_writable();
  at timestamptz;
  expires timestamptz := to_timestamp((question ->> 'until')::float8 + 60);
  signature bytea := key_of(question ->> 'signature');
  owner bytea := key_of(question ->> 'owner');
  issuer bytea := key_of(question ->> 'issuer');
  usable interval := make_interval(secs => 2 * (question ->> 'window')::float8 + 60);
  max_issuer float8 := (question ->> 'maxPerIssuer')::float8;
  share float8 := (question ->> 'maxPerKey')::float8;
  part int := shard_of(signature, share);
  step timestamptz := step_end(expires, (2 * (question ->> 'window')::float8 + 120) / 8);
BEGIN
  PERFORM lock_name('marks', key_of(question ->> 'key'), part);
  -- After the wait for the lock: what has ended by then may have been removed.
  at := clock_timestamp();
  IF at >= expires OR expires - interval '60 s' > at + usable OR least(at, expires - interval '60 s') < complete_since + usable THEN
    RETURN '"unknown"';
  END IF;
  IF at < (SELECT expires_at FROM marks WHERE key = signature) THEN
    RETURN '"repeated"';
  END IF;
  IF NOT has_room('marks', issuer, signature, question, at) THEN
    RETURN '"full"';
  END IF;
  -- The share of a key shrinks with the free space of its issuer.
  share := least(share, 2 * (max_issuer - held('marks', issuer, at)) * share / max_issuer);
  IF held('marks', owner, at) >= share THEN
    RETURN '"full"';
  END IF;
  INSERT INTO marks (key, expires_at) VALUES (signature, expires)
  ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at WHERE marks.expires_at <= at;
  IF NOT FOUND THEN
    RETURN '"repeated"';
  END IF;
  PERFORM add_count('marks', owner, part, step, 1);
  PERFORM count_entry('marks', issuer, signature, question, step);
  IF may_clean('marks') THEN
    DELETE FROM marks WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM marks WHERE expires_at <= at ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED
    ));
    PERFORM clean_counts(at);
  END IF;
  RETURN '"first"';
END $$;

-- Revoked tokens and purged issuers.

CREATE TABLE IF NOT EXISTS revocations (
  key bytea PRIMARY KEY,
  issuer bytea NOT NULL,
  token text NOT NULL,
  listed boolean NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS revocations_issuer ON revocations (issuer, expires_at);
CREATE INDEX IF NOT EXISTS revocations_listed ON revocations (listed, expires_at);
CREATE OR REPLACE TRIGGER lost BEFORE TRUNCATE ON revocations EXECUTE FUNCTION forget_marker();

CREATE TABLE IF NOT EXISTS purges (
  issuer bytea PRIMARY KEY,
  name text NOT NULL,
  purged_at timestamptz NOT NULL
);
CREATE OR REPLACE TRIGGER lost BEFORE TRUNCATE ON purges EXECUTE FUNCTION forget_marker();

CREATE OR REPLACE FUNCTION find_revocations(questions jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
SET enable_seqscan = off SET jit = off SET lock_timeout = '2s' AS $$
BEGIN
  PERFORM assert_usable();
  RETURN (
    SELECT jsonb_agg(jsonb_build_object(
      'revoked', (SELECT true FROM revocations WHERE key = key_of(q ->> 'token')),
      'purgedAt', (SELECT extract(epoch FROM purged_at) FROM purges WHERE issuer = key_of(q ->> 'issuer'))
    ) ORDER BY n)
    FROM jsonb_array_elements(questions) WITH ORDINALITY AS asked (q, n)
  );
END $$;

-- At most 50 of the issuer, so that it has room where it could, and at most 50 of all that share its space.
CREATE OR REPLACE FUNCTION clean_revocations(of_issuer bytea, is_listed boolean, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  gone record;
BEGIN
  FOR gone IN DELETE FROM revocations WHERE key = ANY (ARRAY(
      (SELECT key FROM revocations WHERE issuer = of_issuer AND expires_at <= at ORDER BY expires_at LIMIT 50)
      UNION
      (SELECT key FROM revocations WHERE listed = is_listed AND expires_at <= at ORDER BY expires_at LIMIT 50)
    )) RETURNING issuer, listed
  LOOP
    UPDATE counts SET entries = entries - 1
    WHERE kind = 'revocations' AND scope = ANY (CASE WHEN gone.listed THEN ARRAY[gone.issuer] ELSE ARRAY[gone.issuer, ''] END);
    DELETE FROM counts WHERE kind = 'revocations' AND scope = gone.issuer AND entries = 0;
  END LOOP;
END $$;

-- All additions wait for each other, as their messages have to.
CREATE OR REPLACE FUNCTION add_revocation(question jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
SET enable_seqscan = off SET jit = off SET lock_timeout = '2s' AS $$
DECLARE
  at timestamptz;
  token_key bytea := key_of(question ->> 'token');
  of_issuer bytea := key_of(question ->> 'issuer');
  is_listed boolean := (question ->> 'listed')::boolean;
  -- The end of the year 9999.
  expires timestamptz := to_timestamp(least((question ->> 'exp')::float8 + 60, 253402300799));
BEGIN
  PERFORM assert_writable();
  PERFORM lock_name('revocations', '', 0);
  at := clock_timestamp();
  UPDATE revocations SET expires_at = greatest(expires_at, expires) WHERE key = token_key;
  IF NOT FOUND THEN
    PERFORM clean_revocations(of_issuer, is_listed, at);
    IF NOT has_room('revocations', of_issuer, '\x00', question, at) THEN
      RETURN '"full"';
    END IF;
    INSERT INTO revocations (key, issuer, token, listed, expires_at)
    VALUES (token_key, of_issuer, question ->> 'token', is_listed, expires);
    PERFORM count_entry('revocations', of_issuer, '\x00', question, 'infinity');
  END IF;
  PERFORM announce(jsonb_build_object('revoked', question -> 'token', 'mission', question -> 'mission'));
  RETURN '"recorded"';
END $$;

-- If the clock was set back, an earlier time does not replace that of a later purge.
CREATE OR REPLACE FUNCTION purge_issuer(question jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '2s' AS $$
DECLARE
  second numeric;
BEGIN
  PERFORM assert_writable();
  INSERT INTO purges AS p (issuer, name, purged_at)
  VALUES (key_of(question ->> 'issuer'), question ->> 'issuer', date_trunc('second', clock_timestamp()))
  ON CONFLICT (issuer) DO UPDATE SET purged_at = greatest(p.purged_at, excluded.purged_at)
  RETURNING extract(epoch FROM p.purged_at)::bigint INTO second;
  PERFORM announce(jsonb_build_object('purged', question -> 'issuer', 'purgedAt', second));
  RETURN to_jsonb(second);
END $$;

-- Terminated missions. No row is ever removed.

CREATE TABLE IF NOT EXISTS tombstones (
  key bytea PRIMARY KEY,
  mission text NOT NULL,
  reason text,
  terminated_at timestamptz NOT NULL
);
CREATE OR REPLACE TRIGGER lost BEFORE TRUNCATE ON tombstones EXECUTE FUNCTION forget_marker();

-- Person servers of which a termination found no room.
CREATE TABLE IF NOT EXISTS full_servers (
  approver bytea PRIMARY KEY,
  name text NOT NULL,
  listed boolean NOT NULL
);
CREATE OR REPLACE TRIGGER lost BEFORE TRUNCATE ON full_servers EXECUTE FUNCTION forget_marker();

-- So many unlisted person servers are remembered as full. From then on all of them count as full.
CREATE OR REPLACE FUNCTION max_full() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 10000';

CREATE OR REPLACE FUNCTION find_tombstones(questions jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
SET enable_seqscan = off SET jit = off SET lock_timeout = '2s' AS $$
BEGIN
  PERFORM assert_usable();
  RETURN (
    SELECT jsonb_agg(coalesce(
      (SELECT jsonb_build_object('reason', reason) FROM tombstones WHERE key = key_of(q ->> 'mission')),
      (SELECT '"full"'::jsonb FROM full_servers WHERE approver = key_of(q ->> 'issuer')),
      CASE WHEN NOT (q ->> 'listed')::boolean AND held('full servers', '', '-infinity') >= max_full() THEN '"full"'::jsonb END
    ) ORDER BY n)
    FROM jsonb_array_elements(questions) WITH ORDINALITY AS asked (q, n)
  );
END $$;

CREATE OR REPLACE FUNCTION add_tombstone(question jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
SET enable_seqscan = off SET jit = off SET lock_timeout = '2s' AS $$
DECLARE
  mission_key bytea := key_of(question ->> 'mission');
  of_approver bytea := key_of(question ->> 'issuer');
  is_listed boolean := (question ->> 'listed')::boolean;
BEGIN
  PERFORM assert_writable();
  PERFORM lock_name('tombstones', '', 0);
  IF (SELECT true FROM tombstones WHERE key = mission_key) IS NULL THEN
    IF NOT has_room('tombstones', of_approver, '\x00', question, '-infinity') THEN
      PERFORM remember_full(of_approver, question ->> 'issuer', is_listed);
      RETURN '"full"';
    END IF;
    INSERT INTO tombstones (key, mission, reason, terminated_at)
    VALUES (mission_key, question ->> 'mission', question ->> 'reason', clock_timestamp());
    PERFORM count_entry('tombstones', of_approver, '\x00', question, 'infinity');
  END IF;
  PERFORM announce((
    SELECT jsonb_build_object('terminated', mission, 'reason', reason) FROM tombstones WHERE key = mission_key
  ));
  RETURN '"recorded"';
END $$;

CREATE OR REPLACE FUNCTION remember_full(of_approver bytea, server_name text, is_listed boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT is_listed AND held('full servers', '', '-infinity') >= max_full() THEN
    RETURN;
  END IF;
  INSERT INTO full_servers (approver, name, listed) VALUES (of_approver, server_name, is_listed)
  ON CONFLICT (approver) DO NOTHING;
  IF FOUND THEN
    IF NOT is_listed THEN
      PERFORM add_count('full servers', '', 0, 'infinity', 1);
    END IF;
    PERFORM announce(jsonb_build_object('lost', 'a termination by ' || left(server_name, 300) || ' found no room'));
  END IF;
END $$;

CREATE OR REPLACE FUNCTION clear_full(question jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '2s' AS $$
DECLARE
  was_listed boolean;
BEGIN
  PERFORM assert_writable();
  PERFORM lock_name('tombstones', '', 0);
  DELETE FROM full_servers WHERE approver = key_of(question ->> 'issuer') RETURNING listed INTO was_listed;
  IF NOT was_listed THEN
    PERFORM add_count('full servers', '', 0, 'infinity', -1);
  END IF;
  RETURN 'true';
END $$;

-- The agent providers of keys.

CREATE TABLE IF NOT EXISTS links (
  key bytea PRIMARY KEY,
  issuer bytea NOT NULL,
  link text NOT NULL,
  listed boolean NOT NULL,
  expires_at timestamptz NOT NULL,
  counted_until timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS links_counted_until ON links (counted_until);

CREATE OR REPLACE FUNCTION find_links(questions jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
SET enable_seqscan = off SET jit = off SET lock_timeout = '2s' AS $$
BEGIN
  PERFORM assert_usable();
  RETURN (
    SELECT jsonb_agg(
      (SELECT to_jsonb(link) FROM links WHERE key = key_of(q ->> 'key') AND clock_timestamp() < expires_at) ORDER BY n
    )
    FROM jsonb_array_elements(questions) WITH ORDINALITY AS asked (q, n)
  );
END $$;

-- A link that finds no room also ends the one before it, which is not the last.
CREATE OR REPLACE FUNCTION add_link(question jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
SET enable_seqscan = off SET jit = off SET lock_timeout = '2s' AS $$
DECLARE
  at timestamptz;
  link_key bytea := key_of(question ->> 'key');
  of_issuer bytea := key_of(question ->> 'issuer');
  is_listed boolean := (question ->> 'listed')::boolean;
  seconds float8 := least((question ->> 'linkedFor')::float8 / 1000, 315360000);
  before timestamptz;
  step timestamptz;
  room boolean;
BEGIN
  PERFORM assert_writable();
  PERFORM lock_name('links', link_key, 0);
  at := clock_timestamp();
  step := step_end(at + make_interval(secs => seconds), seconds / 8);
  -- Takes the locks of all counts that are changed.
  room := has_room('links', of_issuer, link_key, question, at);
  SELECT counted_until INTO before FROM links
  WHERE key = link_key AND issuer = of_issuer AND listed = is_listed AND counted_until > at;
  IF before IS NULL AND NOT room THEN
    DELETE FROM links WHERE key = link_key;
    RETURN '"full"';
  END IF;
  PERFORM move_count('links', of_issuer, link_key, question, before, step);
  INSERT INTO links (key, issuer, link, listed, expires_at, counted_until)
  VALUES (link_key, of_issuer, question ->> 'link', is_listed, at + make_interval(secs => seconds), step)
  ON CONFLICT (key) DO UPDATE SET issuer = excluded.issuer, link = excluded.link, listed = excluded.listed,
    expires_at = excluded.expires_at, counted_until = excluded.counted_until;
  IF may_clean('links') THEN
    DELETE FROM links WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM links WHERE counted_until <= at ORDER BY counted_until LIMIT 100 FOR UPDATE SKIP LOCKED
    ));
    PERFORM clean_counts(at);
  END IF;
  RETURN '"recorded"';
END $$;

-- What a source said about missions. Durations are kept as the times at which they are over.

CREATE TABLE IF NOT EXISTS statuses (
  key bytea PRIMARY KEY,
  issuer bytea NOT NULL,
  listed boolean NOT NULL,
  counted_until timestamptz NOT NULL,
  claim text,
  claimed_at timestamptz,
  claimed_until timestamptz,
  answered_at timestamptz,
  asked_at timestamptz,
  fresh_until timestamptz,
  stale_until timestamptz,
  failed_until timestamptz,
  failures int NOT NULL DEFAULT 0,
  hint text
);
CREATE INDEX IF NOT EXISTS statuses_counted_until ON statuses (counted_until);

CREATE OR REPLACE FUNCTION milliseconds_to(until timestamptz, at timestamptz) RETURNS float8 LANGUAGE sql IMMUTABLE AS
  $$ SELECT coalesce(greatest(0, floor(extract(epoch FROM until - at)::float8 * 1000)), 0) $$;

-- An answer from the future is from before the clock was set back: nobody knows how old it is.
CREATE OR REPLACE FUNCTION get_statuses(questions jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
SET enable_seqscan = off SET jit = off SET lock_timeout = '2s' AS $$
DECLARE
  at timestamptz := clock_timestamp();
BEGIN
  PERFORM assert_usable();
  RETURN (
    SELECT jsonb_agg((
      SELECT jsonb_build_object(
        'freshFor', milliseconds_to(fresh_until, at),
        'staleFor', milliseconds_to(stale_until, at),
        'failedFor', milliseconds_to(failed_until, at),
        'failures', failures,
        'hint', hint,
        'askedAt', coalesce(floor(extract(epoch FROM asked_at)), 0)
      ) FROM statuses WHERE key = key_of(q ->> 'mission') AND answered_at <= at
    ) ORDER BY n)
    FROM jsonb_array_elements(questions) WITH ORDINALITY AS asked (q, n)
  );
END $$;

CREATE OR REPLACE FUNCTION claim_status(question jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
SET enable_seqscan = off SET jit = off SET lock_timeout = '2s' AS $$
DECLARE
  at timestamptz;
  mission_key bytea := key_of(question ->> 'mission');
  of_issuer bytea := key_of(question ->> 'issuer');
  is_listed boolean := (question ->> 'listed')::boolean;
  token text := gen_random_uuid();
  until timestamptz;
  before statuses;
  counted timestamptz;
  room boolean;
BEGIN
  PERFORM assert_writable();
  PERFORM lock_name('statuses', mission_key, 0);
  at := clock_timestamp();
  SELECT * INTO before FROM statuses WHERE key = mission_key;
  IF before.claimed_at <= at AND at < before.claimed_until THEN
    RETURN '"taken"';
  END IF;
  -- Takes the locks of all counts that are changed.
  room := has_room('statuses', of_issuer, mission_key, question, at);
  IF before.listed = is_listed AND before.counted_until > at THEN
    counted := before.counted_until;
  ELSIF NOT room THEN
    RETURN '"full"';
  END IF;
  until := at + make_interval(secs => (question ->> 'milliseconds')::float8 / 1000);
  PERFORM keep_status(mission_key, of_issuer, question, counted, until);
  UPDATE statuses SET claim = token, claimed_at = at, claimed_until = until WHERE key = mission_key;
  IF may_clean('statuses') THEN
    DELETE FROM statuses WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM statuses WHERE counted_until <= at ORDER BY counted_until LIMIT 100 FOR UPDATE SKIP LOCKED
    ));
    PERFORM clean_counts(at);
  END IF;
  RETURN jsonb_build_object('claim', token);
END $$;

-- Makes the row of a mission, or lets it be kept and counted for longer: in steps of a minute, so that the count of a
-- mission that is asked about again and again is rarely moved.
CREATE OR REPLACE FUNCTION keep_status(
  mission_key bytea, of_issuer bytea, question jsonb, counted timestamptz, until timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  step timestamptz := greatest(counted, step_end(until, 60));
BEGIN
  PERFORM move_count('statuses', of_issuer, mission_key, question, counted, step);
  INSERT INTO statuses (key, issuer, listed, counted_until)
  VALUES (mission_key, of_issuer, (question ->> 'listed')::boolean, step)
  ON CONFLICT (key) DO UPDATE SET listed = excluded.listed, counted_until = greatest(statuses.counted_until, step);
END $$;

CREATE OR REPLACE FUNCTION put_status(question jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
SET enable_seqscan = off SET jit = off SET lock_timeout = '2s' AS $$
DECLARE
  at timestamptz;
  mission_key bytea := key_of(question ->> 'mission');
  of_issuer bytea := key_of(question ->> 'issuer');
  before statuses;
  millisecond interval := interval '1 millisecond';
  fresh timestamptz;
  stale timestamptz;
  failed timestamptz;
BEGIN
  PERFORM assert_writable();
  PERFORM lock_name('statuses', mission_key, 0);
  -- Takes the locks of all counts that are changed. The place was taken with the claim.
  PERFORM has_room('statuses', of_issuer, mission_key, question, 'infinity');
  at := clock_timestamp();
  SELECT * INTO before FROM statuses WHERE key = mission_key FOR UPDATE;
  IF (before.claim = question ->> 'claim' AND before.claimed_at <= at AND at < before.claimed_until) IS NOT TRUE THEN
    RETURN '"overtaken"';
  END IF;
  IF question ->> 'status' = 'active' THEN
    fresh := at + (question ->> 'freshFor')::float8 * millisecond;
    stale := at + (question ->> 'staleFor')::float8 * millisecond;
    UPDATE statuses SET answered_at = at, asked_at = before.claimed_at, fresh_until = fresh, stale_until = stale,
      failed_until = NULL, failures = 0, hint = NULL
    WHERE key = mission_key;
  ELSE
    failed := at + (question ->> 'failedFor')::float8 * millisecond;
    UPDATE statuses SET answered_at = at, failed_until = failed, failures = (question ->> 'failures')::int,
      hint = question ->> 'hint'
    WHERE key = mission_key;
  END IF;
  UPDATE statuses SET claim = NULL, claimed_at = NULL, claimed_until = NULL WHERE key = mission_key;
  PERFORM keep_status(mission_key, of_issuer, question, before.counted_until, greatest(fresh, stale, failed));
  RETURN '"recorded"';
END $$;

-- The row stays, since it is counted.
CREATE OR REPLACE FUNCTION forget_status(question jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
SET enable_seqscan = off SET jit = off SET lock_timeout = '2s' AS $$
BEGIN
  PERFORM assert_writable();
  UPDATE statuses SET claim = NULL, claimed_at = NULL, claimed_until = NULL, answered_at = NULL, asked_at = NULL,
    fresh_until = NULL, stale_until = NULL, failed_until = NULL, failures = 0, hint = NULL
  WHERE key = key_of(question ->> 'mission');
  RETURN 'true';
END $$;

-- State of resource-managed access. All changes wait for each other, so that what a record counts as is exact, and a record
-- that is ended or claimed is so for everybody. Octets are in base64 on the way.

CREATE TABLE IF NOT EXISTS records (
  key bytea PRIMARY KEY,
  octets bytea NOT NULL,
  version text NOT NULL,
  open boolean NOT NULL,
  owner text NOT NULL,
  issuer bytea NOT NULL,
  listed boolean NOT NULL,
  size bigint NOT NULL,
  tags text[] NOT NULL,
  expires float8 NOT NULL,
  ended text
) WITH (autovacuum_vacuum_scale_factor = 0.05);
-- Lists return it. Records from before it was kept are not listed.
ALTER TABLE records ADD COLUMN IF NOT EXISTS name text;
CREATE INDEX IF NOT EXISTS records_expires ON records (expires);
CREATE INDEX IF NOT EXISTS records_tags ON records USING gin (tags) WITH (fastupdate = off);
CREATE OR REPLACE TRIGGER lost BEFORE TRUNCATE ON records EXECUTE FUNCTION forget_marker();

-- How many open records, and how many octets, owners and issuers have.
CREATE TABLE IF NOT EXISTS record_use (
  scope text PRIMARY KEY,
  open bigint NOT NULL,
  octets bigint NOT NULL
) WITH (fillfactor = 50);

CREATE OR REPLACE FUNCTION record_time() RETURNS float8 LANGUAGE sql VOLATILE AS
  $$ SELECT extract(epoch FROM clock_timestamp())::float8 $$;

-- What is lost by a crash after it was acknowledged could run twice, so these changes are written in any case.
CREATE OR REPLACE FUNCTION begin_record_change() RETURNS float8 LANGUAGE plpgsql AS $$
BEGIN
  PERFORM assert_writable();
  IF current_setting('synchronous_commit') = 'off' THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  PERFORM lock_name('records', '', 0);
  RETURN record_time();
END $$;

CREATE OR REPLACE FUNCTION record_scopes(of records) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN of.listed
    THEN ARRAY['owner ' || of.owner, 'listed ' || encode(of.issuer, 'hex')]
    ELSE ARRAY['owner ' || of.owner, 'unlisted ' || encode(of.issuer, 'hex'), 'pool']
  END;
$$;

CREATE OR REPLACE FUNCTION count_record(of records, opened int, grown bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO record_use AS u (scope, open, octets) SELECT s, opened, grown FROM unnest(record_scopes(of)) AS s
  ON CONFLICT (scope) DO UPDATE SET open = u.open + opened, octets = u.octets + grown;
  DELETE FROM record_use WHERE scope = ANY (record_scopes(of)) AND octets <= 0;
END $$;

CREATE OR REPLACE FUNCTION remove_record(of records) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM records WHERE key = of.key;
  PERFORM count_record(of, -of.open::int, -of.size);
END $$;

CREATE OR REPLACE FUNCTION remove_ended_records(at float8) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  gone records;
  found_any boolean := false;
BEGIN
  FOR gone IN SELECT * FROM records WHERE expires <= at ORDER BY expires LIMIT 100 LOOP
    PERFORM remove_record(gone);
    found_any := true;
  END LOOP;
  RETURN found_any;
END $$;

-- Whether there is space for what a record has in addition. Removes what has ended before it says no.
CREATE OR REPLACE FUNCTION record_has_room(of records, opened int, grown bigint, question jsonb, at float8) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  max_all float8 := (question ->> 'max')::float8;
  max_octets float8 := (question ->> 'maxOctets')::float8;
  tenth float8 := floor((question ->> 'maxOctets')::float8 / 10);
BEGIN
  LOOP
    IF NOT EXISTS (
      SELECT FROM unnest(
        record_scopes(of),
        ARRAY[(question ->> 'maxPerOwner')::float8, CASE WHEN of.listed THEN max_all ELSE (question ->> 'maxPerIssuer')::float8 END, max_all],
        ARRAY[tenth, CASE WHEN of.listed THEN max_octets ELSE tenth END, max_octets]
      ) AS share (scope, most_open, most_octets)
      LEFT JOIN record_use AS u USING (scope)
      WHERE scope IS NOT NULL AND (
        (opened > 0 AND coalesce(u.open, 0) + opened > most_open) OR
        (grown > 0 AND coalesce(u.octets, 0) + grown > most_octets)
      )
    ) THEN
      RETURN true;
    END IF;
    IF NOT remove_ended_records(at) THEN
      RETURN false;
    END IF;
  END LOOP;
END $$;

CREATE OR REPLACE FUNCTION record_from(question jsonb) RETURNS records LANGUAGE sql VOLATILE AS $$
  SELECT ROW(
    key_of(question ->> 'name'), decode(question ->> 'octets', 'base64'), gen_random_uuid()::text,
    (question ->> 'open')::boolean, question ->> 'owner', key_of(question ->> 'issuer'), (question ->> 'listed')::boolean,
    (question ->> 'size')::bigint, ARRAY(SELECT jsonb_array_elements_text(question -> 'tags')),
    (question ->> 'expires')::float8, NULL, question ->> 'name'
  )::records;
$$;

CREATE OR REPLACE FUNCTION has_record(of_key bytea, at float8) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  RETURN EXISTS (SELECT FROM records WHERE key = of_key AND at < expires);
END $$;

-- Adds a record for which there is space.
CREATE OR REPLACE FUNCTION add_record(of records, at float8) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  before records;
BEGIN
  SELECT * INTO before FROM records WHERE key = of.key;
  IF FOUND THEN
    PERFORM remove_record(before);
  END IF;
  IF at < of.expires THEN
    INSERT INTO records SELECT of.*;
    PERFORM count_record(of, of.open::int, of.size);
  END IF;
END $$;

CREATE OR REPLACE FUNCTION create_record(question jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
SET enable_seqscan = off SET jit = off SET lock_timeout = '2s' AS $$
DECLARE
  at float8 := begin_record_change();
  made records := record_from(question);
BEGIN
  IF has_record(made.key, at) THEN
    RETURN '"exists"';
  END IF;
  PERFORM remove_ended_records(at);
  IF NOT record_has_room(made, made.open::int, made.size, question, at) THEN
    RETURN '"full"';
  END IF;
  PERFORM add_record(made, at);
  RETURN '"created"';
END $$;

CREATE OR REPLACE FUNCTION find_records(questions jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
SET enable_seqscan = off SET jit = off SET lock_timeout = '2s' AS $$
BEGIN
  PERFORM assert_usable();
  RETURN (
    SELECT jsonb_agg((
      SELECT jsonb_build_object('octets', encode(octets, 'base64'), 'open', open, 'version', version, 'expires', expires, 'ended', ended)
      FROM records WHERE key = key_of(q ->> 'name') AND record_time() < expires
    ) ORDER BY n)
    FROM jsonb_array_elements(questions) WITH ORDINALITY AS asked (q, n)
  );
END $$;

CREATE OR REPLACE FUNCTION replace_record(question jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
SET enable_seqscan = off SET jit = off SET lock_timeout = '2s' AS $$
DECLARE
  at float8 := begin_record_change();
  before records;
  other records;
  has_other boolean := question -> 'creates' <> 'null';
  ending float8 := (question ->> 'expires')::float8;
  will_open boolean;
  opened int;
  grown bigint;
BEGIN
  SELECT * INTO before FROM records WHERE key = key_of(question ->> 'name') AND at < expires;
  IF NOT FOUND THEN
    RETURN '"missing"';
  END IF;
  IF before.version <> question ->> 'version' THEN
    RETURN '"conflict"';
  END IF;
  IF has_other THEN
    other := record_from(question -> 'creates');
    IF has_record(other.key, at) THEN
      RETURN '"exists"';
    END IF;
  END IF;
  will_open := (question ->> 'open')::boolean AND before.ended IS NULL;
  opened := will_open::int - before.open::int;
  grown := (question ->> 'size')::bigint - before.size;
  IF at < ending AND NOT record_has_room(before, opened, grown, question, at) THEN
    RETURN '"full"';
  END IF;
  PERFORM count_record(before, opened, grown);
  IF has_other AND NOT record_has_room(other, other.open::int, other.size, question, at) THEN
    PERFORM count_record(before, -opened, -grown);
    RETURN '"full"';
  END IF;
  UPDATE records SET octets = decode(question ->> 'octets', 'base64'), version = gen_random_uuid()::text,
    open = will_open, size = before.size + grown, expires = ending,
    tags = ARRAY(
      (SELECT unnest(before.tags) UNION SELECT jsonb_array_elements_text(question -> 'tags'))
      EXCEPT SELECT jsonb_array_elements_text(question -> 'removesTags')
    )
  WHERE key = before.key RETURNING * INTO before;
  IF at >= ending THEN
    PERFORM remove_record(before);
  END IF;
  IF has_other THEN
    PERFORM add_record(other, at);
  END IF;
  RETURN '"replaced"';
END $$;

CREATE OR REPLACE FUNCTION end_records(question jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
SET enable_seqscan = off SET jit = off SET lock_timeout = '2s' AS $$
DECLARE
  at float8 := begin_record_change();
  ended_now int;
BEGIN
  -- All at once: a count that is changed once for each record leaves a version of its row each time.
  WITH found AS MATERIALIZED (
    SELECT one FROM records AS one
    WHERE tags @> ARRAY[question ->> 'tag'] AND at < expires AND one.ended IS NULL
  ), changed AS (
    UPDATE records SET open = false, ended = question ->> 'reason', version = gen_random_uuid()::text
    FROM found WHERE key = (found.one).key
  ), opened AS (
    SELECT scope, count(*) AS records FROM found, unnest(record_scopes(found.one)) AS scope
    WHERE (found.one).open GROUP BY scope
  ), counted AS (
    UPDATE record_use AS u SET open = u.open - opened.records FROM opened WHERE u.scope = opened.scope
  )
  SELECT count(*) INTO ended_now FROM found;
  RETURN to_jsonb(ended_now);
END $$;

-- The index of keys would be read from its beginning, for want of statistics about tags.
CREATE OR REPLACE FUNCTION list_records(question jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
SET enable_seqscan = off SET jit = off SET lock_timeout = '2s' AS $$
BEGIN
  PERFORM assert_usable();
  RETURN (
    WITH tagged AS MATERIALIZED (
      SELECT key, name FROM records
      WHERE tags @> ARRAY[question ->> 'tag'] AND record_time() < expires AND name IS NOT NULL
    ), page AS (
      SELECT key, name FROM tagged
      WHERE question ->> 'after' IS NULL OR key > key_of(question ->> 'after')
      ORDER BY key LIMIT (question ->> 'limit')::int
    )
    SELECT coalesce(jsonb_agg(name ORDER BY key), '[]') FROM page
  );
END $$;
