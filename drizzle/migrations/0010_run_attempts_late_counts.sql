CREATE TABLE "late_count" (
	"instance_id" uuid NOT NULL,
	"node" text NOT NULL,
	"org_id" text NOT NULL,
	"count" bigint NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "late_count_instance_id_node_pk" PRIMARY KEY("instance_id","node")
);
--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "attempts" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "holder" text;--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "lease_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "late_count" ADD CONSTRAINT "late_count_instance_id_instance_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instance"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "run_created_at_index" ON "run" USING btree ("created_at") WHERE "run"."status" in ('queued', 'running');