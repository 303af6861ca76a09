-- The log (semantics, section 3). Partitioned by day so that old days are dropped whole (151 ms and no WAL for what a DELETE needs 182 MB for).
-- Values are packed already: EXTERNAL spares PostgreSQL's own compression on the hottest path.
CREATE TABLE "log" (
	"day" integer NOT NULL,
	"lane" integer NOT NULL,
	"seq" bigint NOT NULL,
	"at" double precision NOT NULL,
	"n" integer NOT NULL,
	"upto" bigint[],
	"data" bytea STORAGE EXTERNAL NOT NULL,
	CONSTRAINT "log_day_lane_seq_pk" PRIMARY KEY("day","lane","seq")
) PARTITION BY LIST ("day");
--> statement-breakpoint
-- Days since 1970-01-01 UTC by the database's clock: one clock for all writers, so a lane's days never go back.
CREATE FUNCTION "log_today"() RETURNS integer LANGUAGE sql VOLATILE
	AS $$ select floor(extract(epoch from clock_timestamp()) / 86400)::int $$;
--> statement-breakpoint
-- Makes the partitions of these days where they are missing. Called ahead of time by every process that appends.
CREATE FUNCTION "log_make_days"("first" integer, "last" integer) RETURNS integer LANGUAGE plpgsql AS $$
declare made integer := 0;
begin
	for d in "first".."last" loop
		if to_regclass('public.log_' || d) is null then
			perform pg_advisory_xact_lock(hashtext('millwright log days'));
			if to_regclass('public.log_' || d) is null then
				execute format('create table public.log_%s partition of public.log for values in (%s)', d, d);
				made := made + 1;
			end if;
		end if;
	end loop;
	return made;
end $$;
--> statement-breakpoint
SELECT log_make_days(log_today() - 1, log_today() + 7);
--> statement-breakpoint
-- Appends to the organization's control lane. Many writers: the counter row, locked until the caller's transaction ends, numbers them in
-- commit order. Runs with the owner's rights, so that the web needs none on the log; it may append for the tenant of its transaction only.
CREATE FUNCTION "log_append_control"("org" text, "entry" bytea, OUT "lane" integer, OUT "seq" bigint, OUT "at" double precision)
	LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
begin
	if current_setting('role') = 'millwright_web' and org is distinct from current_setting('millwright.org', true) then
		raise exception 'control lane of another organization' using errcode = 'insufficient_privilege';
	end if;
	update public.lane l set seq = l.seq + 1 where l.org_id = org and l.kind = 'control' returning l.id, l.seq into lane, seq;
	if lane is null then
		raise exception 'organization % has no control lane', org using errcode = 'foreign_key_violation';
	end if;
	at := extract(epoch from clock_timestamp()) * 1000;
	insert into public.log (day, lane, seq, at, n, data) values (public.log_today(), lane, seq, at, 1, entry);
	perform pg_notify('log', lane::text);
end $$;
