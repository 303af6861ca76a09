-- Chunks are zstd already: compressing them again would only cost time.
ALTER TABLE "chunk" ALTER COLUMN "data" SET STORAGE EXTERNAL;
