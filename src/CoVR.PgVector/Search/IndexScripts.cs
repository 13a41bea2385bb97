using CoVR.PgVector.Storage;

namespace CoVR.PgVector.Search;

/// <summary>The statements that make a gallery's indexes, and the expressions that use them.</summary>
internal static class IndexScripts
{
    /// <summary>The distance that an index orders by, with <c>$1</c> as the query.</summary>
    public static string Distance(GalleryRow gallery, PostgresIndex index) => index switch
    {
        PostgresIndex.Half => $"{Indexed(gallery, index)} <#> $1::vector::halfvec({gallery.Fingerprint.Dimensions})",
        PostgresIndex.Binary => $"{Indexed(gallery, index)} <~> binary_quantize($1::vector)::bit({gallery.Fingerprint.Dimensions})",
        _ => $"{Indexed(gallery, index)} <#> $1::vector({gallery.Fingerprint.Dimensions})",
    };

    /// <summary>The largest number of dimensions of an index.</summary>
    public static int MostDimensions(PostgresIndex index) => index switch { PostgresIndex.Half => 4000, PostgresIndex.Single => 2000, _ => 64_000 };

    /// <summary>Names and definitions: the vectors, then the properties that filters ask for.</summary>
    public static IEnumerable<(string Name, string Definition)> All(GalleryRow gallery, PostgresGalleryOptions options)
    {
        var prefix = $"items_{gallery.Id}";
        if (options.Index != PostgresIndex.None)
        {
            var operators = options.Index switch { PostgresIndex.Half => "halfvec_ip_ops", PostgresIndex.Binary => "bit_hamming_ops", _ => "vector_ip_ops" };
            yield return ($"{prefix}_vectors", $"USING hnsw (({Indexed(gallery, options.Index)}) {operators}) WITH (m = {options.Links}, ef_construction = {options.EfConstruction})");
        }

        yield return ($"{prefix}_folder", $"(left(id, {FilterSql.IndexedPrefix}))");
        yield return ($"{prefix}_tags", "USING gin (tags)");
        yield return ($"{prefix}_metadata", "USING gin (metadata)");
        yield return ($"{prefix}_owner", "USING hash (owner)");
        yield return ($"{prefix}_taken", "(taken)");
        yield return ($"{prefix}_modified", "(modified)");
    }

    private static string Indexed(GalleryRow gallery, PostgresIndex index) => index switch
    {
        PostgresIndex.Half => gallery.HalfPrecision ? "embedding" : $"(embedding::halfvec({gallery.Fingerprint.Dimensions}))",
        PostgresIndex.Binary => $"(binary_quantize(embedding)::bit({gallery.Fingerprint.Dimensions}))",
        _ => gallery.HalfPrecision ? $"(embedding::vector({gallery.Fingerprint.Dimensions}))" : "embedding",
    };
}
