CREATE TABLE "control_lease" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"org_id" text NOT NULL,
	"asset_id" uuid NOT NULL,
	"tag_id" integer,
	"instance_id" uuid,
	"user_id" text,
	"holder" text NOT NULL,
	"rank" smallint NOT NULL,
	"until" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "control_lease" ADD CONSTRAINT "control_lease_asset_id_asset_id_fk" FOREIGN KEY ("asset_id") REFERENCES "public"."asset"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_lease" ADD CONSTRAINT "control_lease_tag_id_tag_id_fk" FOREIGN KEY ("tag_id") REFERENCES "public"."tag"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "control_lease" ADD CONSTRAINT "control_lease_instance_id_instance_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instance"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "control_lease_org_id_asset_id_index" ON "control_lease" USING btree ("org_id","asset_id");--> statement-breakpoint
CREATE INDEX "control_lease_holder" ON "control_lease" USING btree ("instance_id") WHERE "control_lease"."instance_id" is not null;