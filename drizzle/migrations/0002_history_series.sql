CREATE TABLE "series" (
	"id" integer PRIMARY KEY DEFAULT nextval('tag_id_seq') NOT NULL,
	"org_id" text NOT NULL,
	"instance_id" uuid NOT NULL,
	"output" text NOT NULL,
	"column_name" text NOT NULL,
	"key" text NOT NULL,
	"type" text NOT NULL,
	"unit" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "series_instance_id_output_column_name_key_unique" UNIQUE("instance_id","output","column_name","key")
);
--> statement-breakpoint
ALTER TABLE "chunk" DROP CONSTRAINT "chunk_tag_id_t0_seq_pk";--> statement-breakpoint
ALTER TABLE "chunk" ADD CONSTRAINT "chunk_tag_id_t0_lane_id_seq_pk" PRIMARY KEY("tag_id","t0","lane_id","seq");--> statement-breakpoint
ALTER TABLE "chunk" ADD COLUMN "org_id" text NOT NULL;--> statement-breakpoint
ALTER TABLE "chunk" ADD COLUMN "worst" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "series" ADD CONSTRAINT "series_instance_id_instance_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instance"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "series_org_id_index" ON "series" USING btree ("org_id");