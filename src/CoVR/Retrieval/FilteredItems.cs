namespace CoVR.Retrieval;

/// <summary>The items of a block that the last few filters pass, dead ones included. Safe for use from several threads.</summary>
internal sealed class FilteredItems
{
    private const int Most = 4;
    private (GalleryFilter Filter, ulong[] Passing)[] _known = [];

    public ulong[]? Find(GalleryFilter filter) => Array.Find(Volatile.Read(ref _known), known => known.Filter.Equals(filter)).Passing;

    public ulong[] Add(GalleryFilter filter, ulong[] passing)
    {
        Volatile.Write(ref _known, [(filter, passing), .. Volatile.Read(ref _known).Take(Most - 1)]);
        return passing;
    }
}
