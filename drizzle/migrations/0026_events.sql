CREATE TABLE "event_feed" (
	"org_id" text PRIMARY KEY NOT NULL,
	"audit_seq" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "event_subscription" (
	"instance_id" uuid NOT NULL,
	"node" text NOT NULL,
	"org_id" text NOT NULL,
	"kinds" jsonb NOT NULL,
	CONSTRAINT "event_subscription_instance_id_node_pk" PRIMARY KEY("instance_id","node")
);
--> statement-breakpoint
ALTER TABLE "alarm_event" ADD COLUMN "told" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "event_subscription" ADD CONSTRAINT "event_subscription_instance_id_instance_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instance"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "event_subscription_org_id_index" ON "event_subscription" USING btree ("org_id");--> statement-breakpoint
CREATE INDEX "alarm_event_untold" ON "alarm_event" USING btree ("org_id") WHERE not "alarm_event"."told";