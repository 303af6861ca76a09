-- How far a gateway's spool (samples kept on disk while the database was away) is in each lane of the log. Written in the statement that
-- appends, so that a gateway killed while it sends its spool goes on exactly where the log stands.
CREATE TABLE "spool_mark" (
	"spool" uuid NOT NULL,
	"lane" integer NOT NULL,
	"upto" bigint NOT NULL,
	CONSTRAINT "spool_mark_spool_lane_pk" PRIMARY KEY("spool","lane")
);
