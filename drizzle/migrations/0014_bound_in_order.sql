-- What a widget shows becomes a list: jsonb keeps an object's keys in an order of its own, so lines and columns changed places.
CREATE FUNCTION pg_temp.bound_in_order(screens jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_set(screen, '{widgets}', (
    SELECT coalesce(jsonb_agg(
      CASE WHEN jsonb_typeof(widget->'bind') = 'object'
        THEN jsonb_set(widget, '{bind}', (
          SELECT coalesce(jsonb_agg(jsonb_build_object('slot', slot, 'to', bound) ORDER BY place), '[]'::jsonb)
          FROM jsonb_each_text(widget->'bind') WITH ORDINALITY AS one(slot, bound, place)))
        ELSE widget END ORDER BY at), '[]'::jsonb)
    FROM jsonb_array_elements(screen->'widgets') WITH ORDINALITY AS each_widget(widget, at))) ORDER BY at), '[]'::jsonb)
  FROM jsonb_array_elements(screens) WITH ORDINALITY AS each_screen(screen, at)
$$;
--> statement-breakpoint
UPDATE "app" SET "screens" = pg_temp.bound_in_order("screens");
--> statement-breakpoint
UPDATE "app_version" SET "screens" = pg_temp.bound_in_order("screens");
