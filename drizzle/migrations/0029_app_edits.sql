CREATE TABLE "app_edit" (
	"app_id" uuid NOT NULL,
	"revision" integer NOT NULL,
	"org_id" text NOT NULL,
	"batch" text NOT NULL,
	"by" text NOT NULL,
	"changes" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "app_edit_app_id_revision_pk" PRIMARY KEY("app_id","revision")
);
--> statement-breakpoint
CREATE TABLE "app_presence" (
	"app_id" uuid NOT NULL,
	"client" text NOT NULL,
	"org_id" text NOT NULL,
	"user_id" text NOT NULL,
	"name" text NOT NULL,
	"nodes" jsonb NOT NULL,
	"pointer" jsonb,
	"seen_at" timestamp with time zone NOT NULL,
	CONSTRAINT "app_presence_app_id_client_pk" PRIMARY KEY("app_id","client")
);
--> statement-breakpoint
ALTER TABLE "app_version" ADD COLUMN "label" text;--> statement-breakpoint
ALTER TABLE "app_version" ADD COLUMN "revision" integer;--> statement-breakpoint
ALTER TABLE "app_edit" ADD CONSTRAINT "app_edit_app_id_app_id_fk" FOREIGN KEY ("app_id") REFERENCES "public"."app"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "app_presence" ADD CONSTRAINT "app_presence_app_id_app_id_fk" FOREIGN KEY ("app_id") REFERENCES "public"."app"("id") ON DELETE cascade ON UPDATE no action;