CREATE TABLE "hop_time" (
	"shard_id" integer NOT NULL,
	"step" bigint NOT NULL,
	"hop" text NOT NULL,
	"org_id" text NOT NULL,
	"at" double precision NOT NULL,
	CONSTRAINT "hop_time_shard_id_step_hop_pk" PRIMARY KEY("shard_id","step","hop")
);
--> statement-breakpoint
ALTER TABLE "step_time" ADD COLUMN "lane" integer;--> statement-breakpoint
ALTER TABLE "step_time" ADD COLUMN "seq" bigint;--> statement-breakpoint
ALTER TABLE "step_time" ADD COLUMN "measured_at" double precision;--> statement-breakpoint
ALTER TABLE "step_time" ADD COLUMN "received_at" double precision;--> statement-breakpoint
ALTER TABLE "step_time" ADD COLUMN "appended_at" double precision;--> statement-breakpoint
ALTER TABLE "step_time" ADD COLUMN "stepped_at" double precision;--> statement-breakpoint
ALTER TABLE "step_time" ADD COLUMN "rows" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "step_time" ADD COLUMN "failed" jsonb;--> statement-breakpoint
CREATE INDEX "hop_time_at_index" ON "hop_time" USING btree ("at");--> statement-breakpoint
CREATE INDEX "step_time_org_id_committed_at_index" ON "step_time" USING btree ("org_id","committed_at");