using System.ComponentModel.DataAnnotations;

namespace CoVR.Embedding;

/// <summary>Batching, parallelism and output of an embedding job.</summary>
public sealed class EmbeddingOptions
{
    /// <summary>Frames per model call.</summary>
    /// <value>16 by default; 1 to 4096.</value>
    [Range(1, 4096)]
    public int BatchSize { get; set; } = 16;

    /// <summary>How many items are read and decoded concurrently.</summary>
    /// <value>The number of processors by default; 1 to 1024.</value>
    [Range(1, 1024)]
    public int Workers { get; set; } = Math.Min(1024, Environment.ProcessorCount);

    /// <summary>How many decoded items may wait for the model; together with the batch size this bounds memory.</summary>
    /// <value>16 by default; 1 to 65536. A waiting frame takes 12 S² bytes, 1.7 MiB at 384 pixels.</value>
    [Range(1, 65536)]
    public int QueueLength { get; set; } = 16;

    /// <summary>The share of the items that this worker embeds; each worker writes its own segment into the shared folder.</summary>
    /// <value>The whole job by default.</value>
    public Shard Shard { get; set; } = Shard.Whole;

    /// <summary>Whether to retry items that failed in an earlier run because of their file.</summary>
    /// <value>False by default: they are reported as <see cref="EmbedStatus.FailedBefore"/>. Missing files are always tried again.</value>
    public bool RetryFailed { get; set; }

    /// <summary>Whether all tokens of the visual encoder are stored of each frame, [N, C], as the reference's <c>--save_all_tokens</c>; they are not searchable.</summary>
    /// <value>False by default: the embedding that queries are compared with, [Q, D]. Visual tokens of a ViT-L at 384 pixels take 2.4 MB a frame.</value>
    public bool StoresVisualTokens { get; set; }
}
