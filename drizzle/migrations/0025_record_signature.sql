CREATE TABLE "record_link" (
	"org_id" text NOT NULL,
	"from_id" uuid NOT NULL,
	"field" text NOT NULL,
	"to_id" uuid NOT NULL,
	"quantity" double precision,
	CONSTRAINT "record_link_from_id_field_to_id_pk" PRIMARY KEY("from_id","field","to_id")
);
--> statement-breakpoint
ALTER TABLE "record_version" ADD COLUMN "why" text;--> statement-breakpoint
ALTER TABLE "record_version" ADD COLUMN "signature" jsonb;--> statement-breakpoint
ALTER TABLE "record_link" ADD CONSTRAINT "record_link_from_id_record_id_fk" FOREIGN KEY ("from_id") REFERENCES "public"."record"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "record_link" ADD CONSTRAINT "record_link_to_id_record_id_fk" FOREIGN KEY ("to_id") REFERENCES "public"."record"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "record_link_org_id_to_id_index" ON "record_link" USING btree ("org_id","to_id");--> statement-breakpoint
CREATE INDEX "record_org_id_kind_updated_at_index" ON "record" USING btree ("org_id","kind","updated_at");--> statement-breakpoint
-- A version is what was, and a signature stands on it: nobody changes it or takes it away, the owner of the tables included.
CREATE FUNCTION "record_version_stays"() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
begin
	raise exception 'version % of record % stays as it is: versions are added, never changed', old.version, old.record_id using errcode = 'restrict_violation';
end $$;
--> statement-breakpoint
CREATE TRIGGER "record_version_stays" BEFORE UPDATE OR DELETE ON "record_version" FOR EACH ROW EXECUTE FUNCTION "record_version_stays"();
