CREATE TABLE "retention_default" (
	"org_id" text PRIMARY KEY NOT NULL,
	"sample_days" integer,
	"large_hours" integer,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
