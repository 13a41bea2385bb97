namespace CoVR.Storage;

/// <summary>Bytes of a part changed after it was written. It is thrown away and made again; callers of a gallery do not see this.</summary>
internal sealed class PartDamagedException(SegmentPart part) : Exception($"'{part.Path}' is damaged.")
{
    public SegmentPart Part => part;

    /// <summary>The one among the errors of a parallel loop; null if there is none.</summary>
    public static PartDamagedException? In(Exception error) =>
        error as PartDamagedException ?? (error as AggregateException)?.Flatten().InnerExceptions.OfType<PartDamagedException>().FirstOrDefault();
}
