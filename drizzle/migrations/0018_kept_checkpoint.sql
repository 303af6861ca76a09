CREATE TABLE "kept_checkpoint" (
	"shard_id" integer NOT NULL,
	"step" bigint NOT NULL,
	"org_id" text NOT NULL,
	"clock" double precision NOT NULL,
	"lanes" integer[] NOT NULL,
	"cursor" bigint[] NOT NULL,
	"program_hash" text NOT NULL,
	"signature" text NOT NULL,
	"engine" text NOT NULL,
	"state" "bytea" NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "kept_checkpoint_shard_id_step_pk" PRIMARY KEY("shard_id","step")
);
--> statement-breakpoint
ALTER TABLE "kept_checkpoint" ADD CONSTRAINT "kept_checkpoint_shard_id_shard_id_fk" FOREIGN KEY ("shard_id") REFERENCES "public"."shard"("id") ON DELETE cascade ON UPDATE no action;