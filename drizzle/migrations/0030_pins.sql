CREATE UNLOGGED TABLE "pin" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"org_id" text NOT NULL,
	"user_id" text NOT NULL,
	"app_id" uuid NOT NULL,
	"source" jsonb NOT NULL,
	"graph" text,
	"parameters" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"asked" integer DEFAULT 1 NOT NULL,
	"answered" integer DEFAULT 0 NOT NULL,
	"answer" text,
	"holder" text,
	"progress" double precision DEFAULT 0 NOT NULL,
	"used_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "pin_org_id_user_id_app_id_unique" UNIQUE("org_id","user_id","app_id")
);
--> statement-breakpoint
ALTER TABLE "pin" ADD CONSTRAINT "pin_app_id_app_id_fk" FOREIGN KEY ("app_id") REFERENCES "public"."app"("id") ON DELETE cascade ON UPDATE no action;