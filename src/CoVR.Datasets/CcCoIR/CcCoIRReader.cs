using CoVR.Data;
using CoVR.Datasets.Annotations;
using CoVR.Datasets.WebVidCoVR;
using Microsoft.Extensions.Logging;

namespace CoVR.Datasets.CcCoIR;

/// <summary>Reads CC-CoIR, whose files have the layout of WebVid-CoVR (the reference's <c>src/data/cc_coir.py</c>).</summary>
/// <remarks>
/// An edit may be a list of quoted texts: one is drawn, the others are its alternatives. Triplets come in file order with the
/// row number as <see cref="Triplet.Id"/>. Safe for use from several threads.
/// </remarks>
public sealed class CcCoIRReader : IInspectableDataset
{
    private readonly WebVidCoVRReader _reader;

    /// <summary>Creates a reader; nothing is read yet.</summary>
    /// <param name="options">Where the files lie; not changed afterwards.</param>
    /// <param name="logger">Logs rows that are left out; null: no log.</param>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public CcCoIRReader(CcCoIROptions options, ILogger<CcCoIRReader>? logger = null)
    {
        DatasetOptions.Validate(options);
        _reader = new WebVidCoVRReader(options.ToLayout(), logger);
    }

    /// <inheritdoc/>
    public string Name => _reader.Name;

    /// <inheritdoc/>
    public IReadOnlyList<DatasetSplit> Splits => _reader.Splits;

    /// <inheritdoc/>
    public ValueTask<AnnotationInspection> InspectAsync(DatasetSplit split, CancellationToken cancellationToken = default) => _reader.InspectAsync(split, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<TripletDataset> ReadAsync(DatasetSplit split, CancellationToken cancellationToken = default) => _reader.ReadAsync(split, cancellationToken);

    /// <inheritdoc/>
    public MediaSource Locate(MediaId id) => _reader.Locate(id);
}
