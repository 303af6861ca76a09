-- The newest day that was written to. A clock that is set back over midnight must not send a lane's next entries to an earlier day than those before them:
-- readers look from a day onwards, and would pass them over.
CREATE TABLE "log_clock" ("day" integer NOT NULL);
--> statement-breakpoint
INSERT INTO "log_clock" ("day") VALUES (log_today());
--> statement-breakpoint
-- Days since 1970-01-01 UTC by the database's clock, never less than before: one clock for all writers, so a lane's days never go back.
-- The first transaction after midnight notes the new day; it waits for nobody and nobody waits for it.
CREATE OR REPLACE FUNCTION "log_today"() RETURNS integer LANGUAGE plpgsql VOLATILE SET search_path = public, pg_temp AS $$
declare
	now_day integer := floor(extract(epoch from clock_timestamp()) / 86400)::int;
	noted integer := (select c.day from public.log_clock c);
begin
	if now_day > noted and pg_try_advisory_xact_lock(hashtext('millwright log clock')) then
		update public.log_clock c set day = now_day where c.day < now_day;
	end if;
	return greatest(now_day, noted);
end $$;
