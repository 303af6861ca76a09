CREATE TABLE "rate_bucket" (
	"org_id" text NOT NULL,
	"name" text NOT NULL,
	"tokens" double precision NOT NULL,
	"at" double precision NOT NULL,
	CONSTRAINT "rate_bucket_org_id_name_pk" PRIMARY KEY("org_id","name")
);
--> statement-breakpoint
CREATE TABLE "schedule" (
	"instance_id" uuid NOT NULL,
	"node" text NOT NULL,
	"org_id" text NOT NULL,
	"rule" jsonb NOT NULL,
	"last_due" double precision NOT NULL,
	"next_due" double precision DEFAULT 0 NOT NULL,
	"missed" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "schedule_instance_id_node_pk" PRIMARY KEY("instance_id","node")
);
--> statement-breakpoint
CREATE TABLE "shift_calendar" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"org_id" text NOT NULL,
	"asset_id" uuid NOT NULL,
	"shifts" jsonb NOT NULL,
	"exceptions" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"updated_by" text,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "shift_calendar_org_id_asset_id_unique" UNIQUE("org_id","asset_id")
);
--> statement-breakpoint
ALTER TABLE "schedule" ADD CONSTRAINT "schedule_instance_id_instance_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instance"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "shift_calendar" ADD CONSTRAINT "shift_calendar_asset_id_asset_id_fk" FOREIGN KEY ("asset_id") REFERENCES "public"."asset"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "schedule_next_due_index" ON "schedule" USING btree ("next_due");