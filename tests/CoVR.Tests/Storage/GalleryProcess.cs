using System.Globalization;
using CoVR.Storage;

namespace CoVR.Tests.Storage;

/// <summary>What a process of its own does with a folder gallery, as lines on its standard input ask for.</summary>
internal static class GalleryProcess
{
    public const string Command = "keep-gallery";
    public static readonly TimeSpan Staleness = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// After a line with the folder it answers each line: <c>upsert ID VALUE</c>, <c>remove ID</c>, <c>compact</c>, <c>get ID</c>, or
    /// <c>change FROM PERIOD</c>, which makes changes without end.
    /// </summary>
    public static async Task<int> RunAsync()
    {
        if (await Console.In.ReadLineAsync() is not { } folder)
        {
            return 1;
        }

        await using var gallery = new FolderGallery(folder, KilledGalleryTests.Fingerprint, new FolderGalleryOptions { Staleness = Staleness }) { ItemsOfPart = 8 };
        while ((await Console.In.ReadLineAsync())?.Split(' ') is { } line)
        {
            switch (line)
            {
                case ["upsert", var id, var value]:
                    await gallery.UpsertAsync([KilledGalleryTests.Entry(id, Number(value))]);
                    break;
                case ["remove", var id]:
                    await gallery.RemoveAsync([new MediaId(id)]);
                    break;
                case ["compact"]:
                    await gallery.CompactAsync();
                    break;
                case ["get", var id]:
                    Console.WriteLine(await gallery.GetAsync([new MediaId(id)]) is [var entry] ? $"{entry.Embedding.Values.Span[0]}" : "none");
                    continue;
                case ["change", var from, var period]:
                    for (var change = new GalleryChange(Number(from), Number(period)); ; change = change.Next)
                    {
                        await change.MakeAsync(gallery);
                        Console.WriteLine(change.Number);
                    }
            }

            Console.WriteLine("done");
        }

        return 0;

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }
}

/// <summary>A change of a gallery: mostly upserts of several items, one of <paramref name="Period"/> a compaction, now and then removals.</summary>
internal readonly record struct GalleryChange(int Number, int Period)
{
    private const int Items = 40;

    public GalleryChange Next => this with { Number = Number + 1 };

    private bool IsCompaction => Number % Period == Period / 2;

    private bool IsRemoval => Number % 8 == 3;

    private string[] Changed
    {
        get
        {
            var number = Number;
            return [.. Enumerable.Range(0, 1 + (number % 6)).Select(i => $"{((number * 7) + (i * i)) % Items}").Distinct()];
        }
    }

    public async Task MakeAsync(FolderGallery gallery)
    {
        var number = Number;
        if (IsCompaction)
        {
            await gallery.CompactAsync();
        }
        else if (IsRemoval)
        {
            await gallery.RemoveAsync([.. Changed.Select(item => new MediaId(item))]);
        }
        else
        {
            await gallery.UpsertAsync([.. Changed.Select(item => KilledGalleryTests.Entry(item, number))]);
        }
    }

    /// <summary>What a state of values by item becomes.</summary>
    public void Apply(Dictionary<string, int> state)
    {
        foreach (var item in IsCompaction ? [] : Changed)
        {
            state[item] = Number;
            if (IsRemoval)
            {
                state.Remove(item);
            }
        }
    }
}
