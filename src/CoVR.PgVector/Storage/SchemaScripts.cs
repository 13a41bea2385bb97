namespace CoVR.PgVector.Storage;

/// <summary>The statements that make the schema <c>covr</c>, version by version.</summary>
internal static class SchemaScripts
{
    /// <summary>The version that this package reads and writes: the number of scripts.</summary>
    public static int Version => Migrations.Length;

    /// <summary>The n-th script leads from version n to n + 1.</summary>
    public static string[] Migrations { get; } =
    [
        // Small rows that change often: pages have room for the next version of a row.
        """
        CREATE TABLE covr.galleries (
            id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text COLLATE "C" NOT NULL UNIQUE,
            model text NOT NULL,
            weights_sha256 text NOT NULL,
            preprocessing text NOT NULL,
            vectors integer NOT NULL,
            dimensions integer NOT NULL,
            half_precision boolean NOT NULL,
            pooling text NOT NULL,
            items bigint NOT NULL DEFAULT 0,
            index_kind text,
            recall double precision,
            recall_low double precision,
            recall_high double precision,
            recall_top integer,
            recall_queries integer,
            recall_settings text,
            recall_at timestamptz
        ) WITH (fillfactor = 20);
        CREATE TABLE covr.failures (
            gallery integer NOT NULL REFERENCES covr.galleries ON DELETE CASCADE,
            key uuid NOT NULL,
            id text COLLATE "C" NOT NULL,
            reason text NOT NULL,
            kind text,
            failed_at bigint NOT NULL,
            failed_offset smallint NOT NULL,
            size bigint,
            modified bigint,
            modified_offset smallint,
            PRIMARY KEY (gallery, key)
        );
        """,
    ];

    /// <summary>Makes the table of a gallery's items; see docs/postgres.md for its columns.</summary>
    public static string Items(string table, int dimensions, bool halfPrecision) =>
        $"""
        CREATE TABLE {table} (
            key uuid NOT NULL PRIMARY KEY,
            id text COLLATE "C" NOT NULL,
            embedding {VectorType(dimensions, halfPrecision)} NOT NULL,
            frames integer NOT NULL,
            numbers bytea,
            tokens bytea,
            frame_times bigint[],
            kind smallint,
            source text COLLATE "C",
            content_hash text COLLATE "C",
            size bigint,
            taken bigint,
            taken_offset smallint,
            modified bigint,
            modified_offset smallint,
            camera text COLLATE "C",
            has_location boolean,
            location text COLLATE "C",
            owner text COLLATE "C",
            tags text[] COLLATE "C" NOT NULL,
            metadata jsonb
        );
        ALTER TABLE {table} ALTER numbers SET STORAGE EXTERNAL, ALTER tokens SET STORAGE EXTERNAL;
        """;

    /// <summary>The type of the mean vectors.</summary>
    public static string VectorType(int dimensions, bool halfPrecision) => $"{(halfPrecision ? "halfvec" : "vector")}({dimensions})";
}
