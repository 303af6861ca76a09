CREATE TABLE "strike" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"org_id" text NOT NULL,
	"instance_id" uuid NOT NULL,
	"shard_id" integer NOT NULL,
	"step" bigint NOT NULL,
	"kind" text NOT NULL,
	"node" text,
	"block" text,
	"line" integer,
	"message" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "effect" ADD COLUMN "resolved" jsonb;--> statement-breakpoint
ALTER TABLE "strike" ADD CONSTRAINT "strike_instance_id_instance_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instance"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "strike_instance_id_index" ON "strike" USING btree ("instance_id");