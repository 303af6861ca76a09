CREATE TABLE "effect_gone" (
	"org_id" text PRIMARY KEY NOT NULL,
	"count" bigint NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
