CREATE TABLE "record" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"org_id" text NOT NULL,
	"kind" text NOT NULL,
	"code" text NOT NULL,
	"state" text NOT NULL,
	"version" integer NOT NULL,
	"data" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "record_org_id_kind_code_unique" UNIQUE("org_id","kind","code")
);
--> statement-breakpoint
CREATE TABLE "record_version" (
	"record_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"org_id" text NOT NULL,
	"transition" text NOT NULL,
	"state" text NOT NULL,
	"data" jsonb NOT NULL,
	"by" text NOT NULL,
	"request" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "record_version_record_id_version_pk" PRIMARY KEY("record_id","version"),
	CONSTRAINT "record_version_org_id_request_unique" UNIQUE("org_id","request")
);
--> statement-breakpoint
ALTER TABLE "record_version" ADD CONSTRAINT "record_version_record_id_record_id_fk" FOREIGN KEY ("record_id") REFERENCES "public"."record"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "record_org_id_kind_state_index" ON "record" USING btree ("org_id","kind","state");