CREATE TABLE "alarm" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"org_id" text NOT NULL,
	"instance_id" uuid NOT NULL,
	"node" text NOT NULL,
	"key" text NOT NULL,
	"priority" smallint NOT NULL,
	"active" boolean NOT NULL,
	"state" text NOT NULL,
	"message" jsonb NOT NULL,
	"value" double precision,
	"unit" text,
	"limit_value" double precision,
	"since" timestamp with time zone NOT NULL,
	"acked_by" text,
	"acked_at" timestamp with time zone,
	"shelved_until" timestamp with time zone,
	"step" bigint NOT NULL,
	"simulated" boolean DEFAULT false NOT NULL,
	CONSTRAINT "alarm_instance_id_node_key_unique" UNIQUE("instance_id","node","key")
);
--> statement-breakpoint
CREATE TABLE "alarm_event" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"org_id" text NOT NULL,
	"alarm_id" uuid NOT NULL,
	"from_state" text NOT NULL,
	"to_state" text NOT NULL,
	"cause" text NOT NULL,
	"by" text,
	"comment" text,
	"value" double precision,
	"at" timestamp with time zone NOT NULL,
	"shard_id" integer,
	"step" bigint
);
--> statement-breakpoint
CREATE TABLE "channel" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"org_id" text NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"secret_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "channel_org_id_name_unique" UNIQUE("org_id","name")
);
--> statement-breakpoint
CREATE TABLE "confirmation" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"org_id" text NOT NULL,
	"instance_id" uuid NOT NULL,
	"shard_id" integer NOT NULL,
	"step" bigint NOT NULL,
	"ordinal" integer NOT NULL,
	"node" text NOT NULL,
	"key" text NOT NULL,
	"text" jsonb NOT NULL,
	"value" double precision,
	"unit" text,
	"persons" smallint DEFAULT 1 NOT NULL,
	"agreed" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"deadline" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "confirmation_shard_id_step_ordinal_unique" UNIQUE("shard_id","step","ordinal")
);
--> statement-breakpoint
CREATE TABLE "notification" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"org_id" text NOT NULL,
	"title" jsonb NOT NULL,
	"body" jsonb,
	"href" text,
	"read_by" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "app" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"org_id" text NOT NULL,
	"slug" text NOT NULL,
	"name" jsonb NOT NULL,
	"summary" jsonb,
	"asset_class" text,
	"graph" jsonb NOT NULL,
	"screens" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"revision" integer DEFAULT 0 NOT NULL,
	"updated_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "app_org_id_slug_unique" UNIQUE("org_id","slug")
);
--> statement-breakpoint
CREATE TABLE "app_version" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"org_id" text NOT NULL,
	"app_id" uuid,
	"release_id" uuid,
	"name" jsonb NOT NULL,
	"version" text NOT NULL,
	"graph" text NOT NULL,
	"graph_hash" text NOT NULL,
	"screens" jsonb NOT NULL,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "checkpoint" (
	"shard_id" integer PRIMARY KEY NOT NULL,
	"org_id" text NOT NULL,
	"step" bigint NOT NULL,
	"cursor" bigint[] NOT NULL,
	"program_hash" text NOT NULL,
	"engine" text NOT NULL,
	"state" "bytea" NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dead_letter" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"org_id" text NOT NULL,
	"instance_id" uuid NOT NULL,
	"shard_id" integer NOT NULL,
	"step" bigint NOT NULL,
	"node" text,
	"key" text,
	"reason" text NOT NULL,
	"line" integer,
	"lane_id" integer,
	"seq" bigint,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "effect" (
	"shard_id" integer NOT NULL,
	"step" bigint NOT NULL,
	"ordinal" integer NOT NULL,
	"org_id" text NOT NULL,
	"instance_id" uuid NOT NULL,
	"node" text NOT NULL,
	"key" text NOT NULL,
	"kind" text NOT NULL,
	"request" jsonb NOT NULL,
	"status" text DEFAULT 'pending' NOT NULL,
	"attempts" smallint DEFAULT 0 NOT NULL,
	"next_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deadline" timestamp with time zone,
	"answer" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"done_at" timestamp with time zone,
	CONSTRAINT "effect_shard_id_step_ordinal_pk" PRIMARY KEY("shard_id","step","ordinal")
);
--> statement-breakpoint
CREATE TABLE "installation" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"org_id" text NOT NULL,
	"app_id" uuid,
	"release_id" uuid,
	"name" jsonb NOT NULL,
	"version_id" uuid NOT NULL,
	"grants" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"parameters" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "instance" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"org_id" text NOT NULL,
	"installation_id" uuid NOT NULL,
	"asset_id" uuid,
	"version_id" uuid NOT NULL,
	"key" text NOT NULL,
	"bindings" jsonb NOT NULL,
	"wanted" text DEFAULT 'run' NOT NULL,
	"status" text DEFAULT 'starting' NOT NULL,
	"reason" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "probe" (
	"instance_id" uuid PRIMARY KEY NOT NULL,
	"org_id" text NOT NULL,
	"values" jsonb NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "program" (
	"hash" text PRIMARY KEY NOT NULL,
	"info" jsonb NOT NULL,
	"text" text NOT NULL,
	"map" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "shard" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "shard_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"org_id" text NOT NULL,
	"instance_id" uuid NOT NULL,
	"lanes" integer[] NOT NULL,
	"out_lane" integer NOT NULL,
	"token" bigint DEFAULT 0 NOT NULL,
	"holder" text,
	"lease_until" timestamp with time zone DEFAULT '1970-01-01T00:00:00.000Z' NOT NULL,
	"step" bigint DEFAULT 0 NOT NULL,
	"cursor" bigint[] NOT NULL,
	"wake_at" double precision
);
--> statement-breakpoint
CREATE TABLE "watch" (
	"instance_id" uuid PRIMARY KEY NOT NULL,
	"org_id" text NOT NULL,
	"until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit" (
	"org_id" text NOT NULL,
	"seq" bigint NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"target" text,
	"details" jsonb NOT NULL,
	"previous" text NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "audit_org_id_seq_pk" PRIMARY KEY("org_id","seq")
);
--> statement-breakpoint
CREATE TABLE "connection" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"org_id" text NOT NULL,
	"name" text NOT NULL,
	"connector" text NOT NULL,
	"settings" jsonb NOT NULL,
	"secret_id" uuid,
	"enabled" boolean DEFAULT true NOT NULL,
	"simulated" boolean DEFAULT false NOT NULL,
	"status" jsonb,
	"holder" text,
	"lease_until" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "connection_org_id_name_unique" UNIQUE("org_id","name")
);
--> statement-breakpoint
CREATE TABLE "connection_request" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"org_id" text NOT NULL,
	"connection_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"request" jsonb NOT NULL,
	"answer" jsonb,
	"deadline" timestamp with time zone NOT NULL,
	"answered_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "data_key" (
	"org_id" text PRIMARY KEY NOT NULL,
	"sealed" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "lane" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "lane_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"org_id" text NOT NULL,
	"kind" text NOT NULL,
	"connection_id" uuid,
	"scan_group" text,
	"seq" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "lane_connection_id_scan_group_unique" UNIQUE("connection_id","scan_group")
);
--> statement-breakpoint
CREATE TABLE "secret" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"org_id" text NOT NULL,
	"name" text NOT NULL,
	"sealed" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "trusted_certificate" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"org_id" text NOT NULL,
	"connection_id" uuid NOT NULL,
	"fingerprint" text NOT NULL,
	"subject" text NOT NULL,
	"valid_until" timestamp with time zone,
	"pem" text NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"decided_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "trusted_certificate_connection_id_fingerprint_unique" UNIQUE("connection_id","fingerprint")
);
--> statement-breakpoint
CREATE TABLE "blob" (
	"hash" text NOT NULL,
	"org_id" text NOT NULL,
	"media" text NOT NULL,
	"size" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "blob_org_id_hash_pk" PRIMARY KEY("org_id","hash")
);
--> statement-breakpoint
CREATE TABLE "chunk" (
	"tag_id" integer NOT NULL,
	"t0" double precision NOT NULL,
	"t1" double precision NOT NULL,
	"n" integer NOT NULL,
	"vmin" double precision,
	"vmax" double precision,
	"vsum" double precision,
	"vfirst" double precision,
	"vlast" double precision,
	"data" "bytea" NOT NULL,
	"lane_id" integer NOT NULL,
	"seq" bigint NOT NULL,
	CONSTRAINT "chunk_tag_id_t0_seq_pk" PRIMARY KEY("tag_id","t0","seq")
);
--> statement-breakpoint
CREATE TABLE "history_cursor" (
	"lane_id" integer PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "latest" (
	"tag_id" integer PRIMARY KEY NOT NULL,
	"org_id" text NOT NULL,
	"time" double precision NOT NULL,
	"value" double precision,
	"other" text,
	"quality" smallint NOT NULL,
	"origin" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "publisher_key" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"org_id" text NOT NULL,
	"publisher" text NOT NULL,
	"public_key" text NOT NULL,
	"secret_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "publisher_key_publisher_unique" UNIQUE("publisher")
);
--> statement-breakpoint
CREATE TABLE "release" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"org_id" text NOT NULL,
	"publisher" text NOT NULL,
	"slug" text NOT NULL,
	"version" text NOT NULL,
	"title" jsonb NOT NULL,
	"summary" jsonb NOT NULL,
	"asset_class" text,
	"manifest" jsonb NOT NULL,
	"graph_hash" text NOT NULL,
	"pack" "bytea" NOT NULL,
	"pack_hash" text NOT NULL,
	"countersignature" text,
	"status" text NOT NULL,
	"proof" jsonb,
	"reviewed_by" text,
	"review_comment" text,
	"reviewed_at" timestamp with time zone,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "release_publisher_slug_version_unique" UNIQUE("publisher","slug","version")
);
--> statement-breakpoint
CREATE TABLE "asset" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"org_id" text NOT NULL,
	"parent_id" uuid,
	"level" text NOT NULL,
	"code" text NOT NULL,
	"name" jsonb NOT NULL,
	"asset_class" text,
	"parameters" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"time_zone" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "asset_org_id_code_unique" UNIQUE("org_id","code")
);
--> statement-breakpoint
CREATE TABLE "tag" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "tag_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"org_id" text NOT NULL,
	"asset_id" uuid NOT NULL,
	"name" text NOT NULL,
	"title" jsonb,
	"signal" text,
	"type" text DEFAULT 'number' NOT NULL,
	"unit" text,
	"low" double precision,
	"high" double precision,
	"access" text DEFAULT 'r' NOT NULL,
	"connection_id" uuid,
	"address" text,
	"gain" double precision DEFAULT 1 NOT NULL,
	"offset" double precision DEFAULT 0 NOT NULL,
	"sample_period_ms" integer DEFAULT 1000 NOT NULL,
	"stale_after_ms" integer DEFAULT 5000 NOT NULL,
	"lane_id" integer,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tag_org_id_name_unique" UNIQUE("org_id","name")
);
--> statement-breakpoint
CREATE TABLE "run" (
	"id" uuid PRIMARY KEY DEFAULT uuidv7() NOT NULL,
	"org_id" text NOT NULL,
	"kind" text NOT NULL,
	"app_id" uuid,
	"release_id" uuid,
	"request" jsonb NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"progress" double precision DEFAULT 0 NOT NULL,
	"report" jsonb,
	"error" jsonb,
	"created_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "alarm" ADD CONSTRAINT "alarm_instance_id_instance_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instance"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "alarm_event" ADD CONSTRAINT "alarm_event_alarm_id_alarm_id_fk" FOREIGN KEY ("alarm_id") REFERENCES "public"."alarm"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "confirmation" ADD CONSTRAINT "confirmation_instance_id_instance_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instance"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "app_version" ADD CONSTRAINT "app_version_app_id_app_id_fk" FOREIGN KEY ("app_id") REFERENCES "public"."app"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "checkpoint" ADD CONSTRAINT "checkpoint_shard_id_shard_id_fk" FOREIGN KEY ("shard_id") REFERENCES "public"."shard"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "installation" ADD CONSTRAINT "installation_app_id_app_id_fk" FOREIGN KEY ("app_id") REFERENCES "public"."app"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "installation" ADD CONSTRAINT "installation_version_id_app_version_id_fk" FOREIGN KEY ("version_id") REFERENCES "public"."app_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "instance" ADD CONSTRAINT "instance_installation_id_installation_id_fk" FOREIGN KEY ("installation_id") REFERENCES "public"."installation"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "instance" ADD CONSTRAINT "instance_asset_id_asset_id_fk" FOREIGN KEY ("asset_id") REFERENCES "public"."asset"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "instance" ADD CONSTRAINT "instance_version_id_app_version_id_fk" FOREIGN KEY ("version_id") REFERENCES "public"."app_version"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "probe" ADD CONSTRAINT "probe_instance_id_instance_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instance"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "shard" ADD CONSTRAINT "shard_instance_id_instance_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instance"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "shard" ADD CONSTRAINT "shard_out_lane_lane_id_fk" FOREIGN KEY ("out_lane") REFERENCES "public"."lane"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "watch" ADD CONSTRAINT "watch_instance_id_instance_id_fk" FOREIGN KEY ("instance_id") REFERENCES "public"."instance"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "connection_request" ADD CONSTRAINT "connection_request_connection_id_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lane" ADD CONSTRAINT "lane_connection_id_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connection"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trusted_certificate" ADD CONSTRAINT "trusted_certificate_connection_id_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connection"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "asset" ADD CONSTRAINT "asset_parent_id_asset_id_fk" FOREIGN KEY ("parent_id") REFERENCES "public"."asset"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tag" ADD CONSTRAINT "tag_asset_id_asset_id_fk" FOREIGN KEY ("asset_id") REFERENCES "public"."asset"("id") ON DELETE restrict ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tag" ADD CONSTRAINT "tag_connection_id_connection_id_fk" FOREIGN KEY ("connection_id") REFERENCES "public"."connection"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tag" ADD CONSTRAINT "tag_lane_id_lane_id_fk" FOREIGN KEY ("lane_id") REFERENCES "public"."lane"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "alarm_org_id_state_index" ON "alarm" USING btree ("org_id","state");--> statement-breakpoint
CREATE INDEX "alarm_event_org_id_at_index" ON "alarm_event" USING btree ("org_id","at");--> statement-breakpoint
CREATE INDEX "alarm_event_alarm_id_index" ON "alarm_event" USING btree ("alarm_id");--> statement-breakpoint
CREATE INDEX "confirmation_org_id_state_index" ON "confirmation" USING btree ("org_id","state");--> statement-breakpoint
CREATE INDEX "notification_org_id_created_at_index" ON "notification" USING btree ("org_id","created_at");--> statement-breakpoint
CREATE INDEX "app_version_app_id_index" ON "app_version" USING btree ("app_id");--> statement-breakpoint
CREATE INDEX "dead_letter_instance_id_created_at_index" ON "dead_letter" USING btree ("instance_id","created_at");--> statement-breakpoint
CREATE INDEX "effect_status_next_at_index" ON "effect" USING btree ("status","next_at");--> statement-breakpoint
CREATE INDEX "effect_org_id_created_at_index" ON "effect" USING btree ("org_id","created_at");--> statement-breakpoint
CREATE INDEX "instance_org_id_installation_id_index" ON "instance" USING btree ("org_id","installation_id");--> statement-breakpoint
CREATE INDEX "connection_request_connection_id_answered_at_index" ON "connection_request" USING btree ("connection_id","answered_at");--> statement-breakpoint
CREATE INDEX "lane_org_id_kind_index" ON "lane" USING btree ("org_id","kind");--> statement-breakpoint
CREATE INDEX "release_status_index" ON "release" USING btree ("status");--> statement-breakpoint
CREATE INDEX "asset_org_id_parent_id_index" ON "asset" USING btree ("org_id","parent_id");--> statement-breakpoint
CREATE INDEX "tag_connection_id_index" ON "tag" USING btree ("connection_id");--> statement-breakpoint
CREATE INDEX "tag_org_id_asset_id_index" ON "tag" USING btree ("org_id","asset_id");--> statement-breakpoint
CREATE INDEX "run_org_id_created_at_index" ON "run" USING btree ("org_id","created_at");--> statement-breakpoint
CREATE INDEX "run_app_id_created_at_index" ON "run" USING btree ("app_id","created_at");