CREATE TABLE "blob_use" (
	"org_id" text NOT NULL,
	"hash" text NOT NULL,
	"tag_id" integer NOT NULL,
	"lane_id" integer NOT NULL,
	"seq" bigint NOT NULL,
	"at" double precision NOT NULL,
	"kind" text NOT NULL,
	CONSTRAINT "blob_use_org_id_hash_tag_id_lane_id_seq_pk" PRIMARY KEY("org_id","hash","tag_id","lane_id","seq")
);
--> statement-breakpoint
CREATE TABLE "cold_file" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "cold_file_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"org_id" text NOT NULL,
	"path" text NOT NULL,
	"rows" integer NOT NULL,
	"bytes" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "cold_file_path_unique" UNIQUE("path")
);
--> statement-breakpoint
CREATE TABLE "event" (
	"lane_id" integer NOT NULL,
	"seq" bigint NOT NULL,
	"org_id" text NOT NULL,
	"at" double precision NOT NULL,
	"type" text NOT NULL,
	"subject" text NOT NULL,
	"body" jsonb NOT NULL,
	CONSTRAINT "event_lane_id_seq_pk" PRIMARY KEY("lane_id","seq")
);
--> statement-breakpoint
CREATE TABLE "log_archive" (
	"org_id" text NOT NULL,
	"day" integer NOT NULL,
	"path" text NOT NULL,
	"entries" bigint NOT NULL,
	"bytes" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "log_archive_org_id_day_pk" PRIMARY KEY("org_id","day")
);
--> statement-breakpoint
CREATE TABLE "retention" (
	"tag_id" integer PRIMARY KEY NOT NULL,
	"org_id" text NOT NULL,
	"sample_days" integer,
	"large_hours" integer,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rollup" (
	"tag_id" integer NOT NULL,
	"day" integer NOT NULL,
	"org_id" text NOT NULL,
	"data" "bytea",
	"sealed" boolean DEFAULT false NOT NULL,
	CONSTRAINT "rollup_tag_id_day_pk" PRIMARY KEY("tag_id","day")
);
--> statement-breakpoint
ALTER TABLE "chunk" ALTER COLUMN "data" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "dead_letter" ADD COLUMN "entry" "bytea";--> statement-breakpoint
ALTER TABLE "dead_letter" ADD COLUMN "settled" jsonb;--> statement-breakpoint
ALTER TABLE "effect" ADD COLUMN "answered" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "effect" ADD COLUMN "settled" jsonb;--> statement-breakpoint
ALTER TABLE "blob" ADD COLUMN "doomed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "chunk" ADD COLUMN "cold_file_id" integer;--> statement-breakpoint
ALTER TABLE "chunk" ADD COLUMN "cold_part" integer;--> statement-breakpoint
CREATE INDEX "blob_use_kind_at_index" ON "blob_use" USING btree ("kind","at");--> statement-breakpoint
CREATE INDEX "event_org_id_at_index" ON "event" USING btree ("org_id","at");--> statement-breakpoint
CREATE INDEX "rollup_due" ON "rollup" USING btree ("day") WHERE data is null;--> statement-breakpoint
ALTER TABLE "chunk" ADD CONSTRAINT "chunk_cold_file_id_cold_file_id_fk" FOREIGN KEY ("cold_file_id") REFERENCES "public"."cold_file"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "alarm_shelved" ON "alarm" USING btree ("shelved_until") WHERE "alarm"."state" = 'shelved';--> statement-breakpoint
CREATE INDEX "dead_letter_org_id_created_at_index" ON "dead_letter" USING btree ("org_id","created_at");--> statement-breakpoint
CREATE INDEX "blob_hash_index" ON "blob" USING btree ("hash");--> statement-breakpoint
CREATE INDEX "chunk_cold_file_id_index" ON "chunk" USING btree ("cold_file_id");--> statement-breakpoint
-- Compressed already.
ALTER TABLE "rollup" ALTER COLUMN "data" SET STORAGE EXTERNAL;--> statement-breakpoint
-- Days that are stored already have their hours to be made, too; a chunk may reach into the day after.
INSERT INTO "rollup" ("tag_id", "day", "org_id")
	SELECT DISTINCT c.tag_id, d.day, c.org_id FROM "chunk" c
	CROSS JOIN LATERAL generate_series(floor(c.t0 / 86400000)::int, floor(c.t1 / 86400000)::int) AS d(day)
	ON CONFLICT DO NOTHING;--> statement-breakpoint
-- Uses were not noted before: what is there counts as used by a wave from when it was stored.
INSERT INTO "blob_use" ("org_id", "hash", "tag_id", "lane_id", "seq", "at", "kind")
	SELECT org_id, hash, 0, 0, 0, extract(epoch FROM created_at) * 1000, 'wave' FROM "blob";
