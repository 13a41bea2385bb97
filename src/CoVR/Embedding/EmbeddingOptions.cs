using System.ComponentModel.DataAnnotations;

namespace CoVR.Embedding;

/// <summary>How an embedding job uses the machine.</summary>
public sealed class EmbeddingOptions
{
    /// <summary>Frames in one call of the model.</summary>
    /// <value>16 by default; 1 to 4096.</value>
    [Range(1, 4096)]
    public int BatchSize { get; set; } = 16;

    /// <summary>Items that are read and decoded at the same time.</summary>
    /// <value>The number of processors by default; 1 to 1024.</value>
    [Range(1, 1024)]
    public int Workers { get; set; } = Math.Min(1024, Environment.ProcessorCount);

    /// <summary>Decoded items that may wait for the model; with the batch they bound the memory.</summary>
    /// <value>16 by default; 1 to 65536. A waiting frame takes 12 S² bytes, 1.7 MiB at 384 pixels.</value>
    [Range(1, 65536)]
    public int QueueLength { get; set; } = 16;

    /// <summary>The part of the items that this worker embeds; each writes a segment of its own into a shared folder.</summary>
    /// <value>The whole job by default.</value>
    public Shard Shard { get; set; } = Shard.Whole;

    /// <summary>Whether items are tried again that failed in an earlier run for a reason that lies in their file.</summary>
    /// <value>False by default: they are reported as <see cref="EmbedStatus.FailedBefore"/>. Missing files are always tried again.</value>
    public bool RetryFailed { get; set; }

    /// <summary>Whether all tokens of the visual encoder are stored of each frame, [N, C], as the reference's <c>--save_all_tokens</c>; they are not searchable.</summary>
    /// <value>False by default: the embedding that queries are compared with, [Q, D]. Visual tokens of a ViT-L at 384 pixels take 2.4 MB a frame.</value>
    public bool StoresVisualTokens { get; set; }
}
