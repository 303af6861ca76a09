CREATE TABLE "sent_event" (
	"org_id" text NOT NULL,
	"id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sent_event_org_id_id_pk" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE INDEX "sent_event_org_id_created_at_index" ON "sent_event" USING btree ("org_id","created_at");