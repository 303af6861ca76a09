CREATE TABLE "node_figures" (
	"shard_id" integer PRIMARY KEY NOT NULL,
	"org_id" text NOT NULL,
	"instance_id" uuid NOT NULL,
	"nodes" jsonb NOT NULL,
	"since" double precision NOT NULL,
	"at" double precision NOT NULL
);
--> statement-breakpoint
CREATE INDEX "node_figures_org_id_instance_id_index" ON "node_figures" USING btree ("org_id","instance_id");