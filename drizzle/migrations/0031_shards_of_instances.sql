ALTER TABLE "instance" ADD COLUMN "shards" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "shard" ADD COLUMN "part" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "shard" ADD COLUMN "parts" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "shard" ADD COLUMN "until" bigint[];--> statement-breakpoint
ALTER TABLE "shard" ADD COLUMN "ended_at" timestamp with time zone;