CREATE TABLE "step_time" (
	"shard_id" integer NOT NULL,
	"step" bigint NOT NULL,
	"org_id" text NOT NULL,
	"kept" text NOT NULL,
	"read_at" double precision NOT NULL,
	"committed_at" double precision NOT NULL,
	CONSTRAINT "step_time_shard_id_step_pk" PRIMARY KEY("shard_id","step")
);
--> statement-breakpoint
CREATE INDEX "step_time_committed_at_index" ON "step_time" USING btree ("committed_at");