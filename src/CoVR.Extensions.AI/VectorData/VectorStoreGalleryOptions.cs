using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.VectorData;

namespace CoVR.Extensions.AI.VectorData;

/// <summary>How a gallery uses a vector store.</summary>
/// <typeparam name="TKey">The type of the store's keys.</typeparam>
public sealed class VectorStoreGalleryOptions<TKey>
    where TKey : notnull
{
    /// <summary>Makes the key of an identity; it must always make the same.</summary>
    /// <remarks>
    /// Called for records of the gallery's own too, whose identities begin with U+0001. Two identities with one key are refused when the second is written.
    /// </remarks>
    /// <value>
    /// Null by default: a SHA-256 of the identity, in hexadecimal for <see cref="string"/>, cut for <see cref="Guid"/>, <see cref="ulong"/>, <see cref="long"/> and
    /// <see cref="int"/>. With <see cref="int"/> two of 10,000 identities have one key with a probability of 1 %. Other types need a function.
    /// </value>
    public Func<MediaId, TKey>? Key { get; set; }

    /// <summary>The store's distance function, one of <see cref="Microsoft.Extensions.VectorData.DistanceFunction"/>.</summary>
    /// <value><see cref="DistanceFunction.DotProductSimilarity"/> by default: with any but this and its negative, answers are approximate.</value>
    [Required]
    public string DistanceFunction { get; set; } = Microsoft.Extensions.VectorData.DistanceFunction.DotProductSimilarity;

    /// <summary>The store's index, one of <see cref="Microsoft.Extensions.VectorData.IndexKind"/>.</summary>
    /// <value><see cref="IndexKind.Flat"/> by default: with another one, answers are approximate.</value>
    [Required]
    public string IndexKind { get; set; } = Microsoft.Extensions.VectorData.IndexKind.Flat;

    /// <summary>How many candidates an approximate answer is chosen from, at least; up to as many items that pass a filter are compared one by one.</summary>
    /// <value>200 by default; at least 1.</value>
    [Range(1, 1_000_000)]
    public int Shortlist { get; set; } = 200;

    /// <summary>Whether the store keeps lists of texts and can test whether they contain one.</summary>
    /// <value>True by default; if false, or if the store refuses a filter, items are filtered here, and a search asks for more until enough pass.</value>
    public bool SupportsLists { get; set; } = true;
}
