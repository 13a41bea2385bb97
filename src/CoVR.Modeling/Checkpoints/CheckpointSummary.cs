namespace CoVR.Modeling.Checkpoints;

/// <summary>What a weights file is, as far as its table of contents tells; no values are read.</summary>
/// <param name="Path">The file that was opened.</param>
/// <param name="Tensors">How many tensors there are.</param>
/// <param name="Elements">How many numbers they have together.</param>
public sealed record CheckpointSummary(string Path, int Tensors, long Elements)
{
    private static readonly string[] Roots = ["model", "state_dict"];

    /// <summary><c>blip</c> or <c>blip2</c>; null when the keys are of neither.</summary>
    public string? Family { get; private init; }

    /// <summary>The family in words, where it is known: also of files that are not read, such as those of the transformers library.</summary>
    public string? Description { get; private init; }

    /// <summary>The width of the visual tokens; 0 when not known.</summary>
    public long Width { get; private init; }

    /// <summary>The blocks of the visual encoder; 0 when not known.</summary>
    public int Depth { get; private init; }

    /// <summary>The side of the pictures, in pixels; 0 when not known.</summary>
    public long ImageSize { get; private init; }

    /// <summary>The words of the vocabulary; 0 when not known.</summary>
    public long Words { get; private init; }

    /// <summary>Reads the table of contents of a file.</summary>
    /// <param name="path">A file of <c>torch.save</c> or safetensors, an index or folder of shards.</param>
    /// <returns>What it is. The state dict is looked for under <c>model</c> and <c>state_dict</c>, else at the top.</returns>
    /// <exception cref="CheckpointException">There is no such file, or it is damaged, hostile, or of no known form.</exception>
    public static CheckpointSummary Read(string path)
    {
        using var file = Checkpoint.Open(path);
        var tensors = file.Tensors(Roots.FirstOrDefault(file.HasDictionary));
        var shapes = new Dictionary<string, IReadOnlyList<long>>(StringComparer.Ordinal);
        foreach (var (key, tensor) in tensors)
        {
            const string distributed = "module.";
            shapes[key.StartsWith(distributed, StringComparison.Ordinal) ? key[distributed.Length..] : key] = tensor.Shape;
        }

        var signature = StateDictSignature.Of(shapes);
        return new CheckpointSummary(file.Path, tensors.Count, tensors.Values.Sum(tensor => tensor.Elements))
        {
            Family = signature.Family switch { "BLIP" => "blip", "BLIP-2" => "blip2", _ => null },
            Description = signature.Family,
            Width = signature.Width,
            Depth = signature.Depth,
            ImageSize = signature.ImageSize,
            Words = signature.Words,
        };
    }
}

/// <summary>The forms of weights files that can be read.</summary>
internal enum CheckpointFormat
{
    /// <summary>What <c>torch.save</c> writes since PyTorch 1.6: a zip archive of a pickle and raw storages.</summary>
    TorchZip,

    /// <summary>What <c>torch.save</c> wrote before: pickles followed by raw storages.</summary>
    TorchLegacy,

    /// <summary>A JSON header followed by raw tensors.</summary>
    Safetensors,
}
