-- Newest sequence number of each lane, in the order asked: where a new instance starts to read. Runs with the owner's rights, so that the web
-- needs none on the log; under the web's role it answers for lanes of the transaction's tenant only. 0 where nothing was appended yet.
CREATE FUNCTION "log_heads"("lanes" integer[]) RETURNS bigint[]
	LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
declare
	heads bigint[] := '{}';
	head bigint;
	l record;
begin
	for l in select w.lane, t.org_id, t.kind, t.seq from unnest(lanes) with ordinality as w(lane, ord) left join public.lane t on t.id = w.lane order by w.ord loop
		if l.org_id is null or (current_setting('role') = 'millwright_web' and l.org_id is distinct from current_setting('millwright.org', true)) then
			raise exception 'no lane %', l.lane using errcode = 'foreign_key_violation';
		end if;
		head := null;
		if l.kind = 'control' then
			head := l.seq;
		else
			-- Newest day first: each partition's key begins with (day, lane), so a day costs one look.
			for d in reverse log_today() + 1 .. log_today() - 60 loop
				select max(g.seq) into head from public.log g where g.day = d and g.lane = l.lane;
				exit when head is not null;
			end loop;
		end if;
		heads := heads || coalesce(head, 0);
	end loop;
	return heads;
end $$;
