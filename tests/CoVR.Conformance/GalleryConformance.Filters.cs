using Xunit;

namespace CoVR.Conformance;

public abstract partial class GalleryConformance
{
    /// <summary>Filters of all kinds.</summary>
    public static TheoryData<string> FilterNames => [.. Filters.Keys];

    private static Dictionary<string, GalleryFilter> Filters { get; } = new()
    {
        ["pictures"] = new GalleryFilter.OfKind(MediaKind.Picture),
        ["videos"] = new GalleryFilter.OfKind(MediaKind.Video),
        ["a folder"] = new GalleryFilter.InFolder("a"),
        ["a folder with a slash"] = new GalleryFilter.InFolder("a/b/"),
        ["a folder with wildcards"] = new GalleryFilter.InFolder("100%_"),
        ["a folder with a quote"] = new GalleryFilter.InFolder("it's"),
        ["every folder"] = new GalleryFilter.InFolder(""),
        ["no folder"] = new GalleryFilter.InFolder("item"),
        ["taken from"] = new GalleryFilter.Taken(Noon.AddHours(20), null),
        ["taken until"] = new GalleryFilter.Taken(null, Noon.AddHours(20)),
        ["taken at one instant, in another zone"] = new GalleryFilter.Taken(Noon.AddHours(9).ToUniversalTime(), Noon.AddHours(9).AddSeconds(1)),
        ["taken at any time"] = new GalleryFilter.Taken(null, null),
        ["taken never"] = new GalleryFilter.Taken(Noon.AddHours(9), Noon.AddHours(9)),
        ["modified in a span"] = new GalleryFilter.Modified(Noon.AddDays(10), Noon.AddDays(30)),
        ["a camera"] = new GalleryFilter.FromCamera("canon"),
        ["a camera by its whole name"] = new GalleryFilter.FromCamera("Canon EOS R5"),
        ["a camera with wildcards"] = new GalleryFilter.FromCamera("100%_"),
        ["any camera"] = new GalleryFilter.FromCamera(""),
        ["with a location"] = new GalleryFilter.WithLocation(),
        ["not with a location"] = !new GalleryFilter.WithLocation(),
        ["a tag"] = new GalleryFilter.HasTag("even"),
        ["a tag in another case"] = new GalleryFilter.HasTag("Even"),
        ["a tag with a quote"] = new GalleryFilter.HasTag("it's \"quoted\", isn't it"),
        ["an owner"] = new GalleryFilter.OwnedBy("Zoë"),
        ["nobody's"] = new GalleryFilter.OwnedBy("nobody"),
        ["a value"] = new GalleryFilter.HasMetadata("al'bum\"", "100%_"),
        ["a value in another case"] = new GalleryFilter.HasMetadata("numéro", "A"),
        ["an empty value"] = new GalleryFilter.HasMetadata("numéro", ""),
        ["any value"] = new GalleryFilter.HasMetadata("numéro", null),
        ["not a value"] = !new GalleryFilter.HasMetadata("numéro", "a"),
        ["no value"] = !new GalleryFilter.HasMetadata("numéro", null),
        ["a value nobody has"] = new GalleryFilter.HasMetadata("Numéro", null),
        ["both"] = new GalleryFilter.HasTag("even") & new GalleryFilter.OfKind(MediaKind.Video),
        ["either"] = new GalleryFilter.OwnedBy("Zoë") | new GalleryFilter.InFolder("a/b"),
        ["not"] = !new GalleryFilter.OfKind(MediaKind.Picture),
        ["not known"] = !new GalleryFilter.Taken(null, null),
        ["nested"] = !(new GalleryFilter.HasTag("even") | (new GalleryFilter.InFolder("a") & !new GalleryFilter.OwnedBy("Zoë"))) & new GalleryFilter.Modified(Noon, null),
        ["all of none"] = new GalleryFilter.All([]),
        ["any of none"] = new GalleryFilter.Any([]),
    };

    [Theory]
    [MemberData(nameof(FilterNames))]
    public async Task Filter_OfAnyKind_PassesWhatItMatches(string name)
    {
        var (filter, entries) = (Filters[name], Various());
        await using var gallery = await FilledAsync(entries);
        if (await RefusesFiltersAsync(gallery, filter))
        {
            return;
        }

        var expected = entries.Where(entry => filter.Matches(new GalleryItem(entry.Id, entry.Properties))).ToArray();
        Assert.Equal(expected.Select(entry => entry.Id).Order(), (await IdsAsync(gallery, filter)).Order());
        Assert.Equal(expected.Length, await gallery.CountAsync(filter, Token));
        var result = await SearchAsync(gallery, Item(1000), new SearchOptions { Top = 1000, Filter = filter });
        Assert.Equal(expected.Length, result.Candidates);
        if (result.IsExact)
        {
            AssertHits(Ranked(Item(1000), expected), result.Hits);
        }
    }

    [Fact]
    public async Task ListAsync_ReturnsAllPropertiesInTheOrderOfIdentities()
    {
        GalleryEntry[] entries = [.. Various().OrderByDescending(entry => entry.Id)];
        await using var gallery = await FilledAsync(entries);
        List<GalleryItem> listed = [];
        await foreach (var item in gallery.ListAsync(cancellationToken: Token))
        {
            listed.Add(item);
        }

        Assert.Equal(entries.OrderBy(entry => entry.Id).Select(entry => new GalleryItem(entry.Id, entry.Properties)), listed);
    }

    [Fact]
    public async Task SearchAsync_WithAFilterThatOneInAThousandPasses_StillFillsTheHits()
    {
        const int count = 10_000;
        // The items that pass are the worst of all.
        var ranked = Ranked(Item(-1), Numbered(count)).Select((pair, place) => (pair.Id, IsRare: place >= count - 10)).ToDictionary();
        var entries = Array.ConvertAll(Numbered(count), entry => entry with { Properties = new GalleryProperties { Tags = ranked[entry.Id] ? ["rare"] : [] } });
        await using var gallery = await FilledAsync(entries);
        var options = new SearchOptions { Top = 10, Filter = new GalleryFilter.HasTag("rare") };
        if (await RefusesFiltersAsync(gallery, options.Filter!))
        {
            return;
        }

        var results = await gallery.SearchAsync([.. Enumerable.Range(0, 30).Select(i => new GalleryQuery(Item(i - 1), options))], Token);
        Assert.All(results, result => Assert.Equal((10, 10L), (result.Hits.Count, result.Candidates)));
        AssertHits(Ranked(Item(-1), entries.Where(entry => entry.Properties.Tags.Count > 0)), results[0].Hits);
        Assert.Equal(results[0].Hits, (await SearchAsync(gallery, Item(-1), options)).Hits);
    }

    [Fact]
    public async Task SearchAsync_WithAFilterExclusionsAndAnOffset_CombinesThem()
    {
        var (filter, entries) = (Filters["either"], Various());
        await using var gallery = await FilledExactAsync(entries);
        if (await RefusesFiltersAsync(gallery, filter))
        {
            return;
        }

        var ranked = Ranked(Item(1000), entries.Where(entry => filter.Matches(new GalleryItem(entry.Id, entry.Properties)))).ToArray();
        var excluded = new HashSet<MediaId> { ranked[0].Id, ranked[2].Id, entries.First(entry => ranked.All(pair => pair.Id != entry.Id)).Id };
        var result = await SearchAsync(gallery, Item(1000), new SearchOptions { Top = 3, Offset = 1, Filter = filter, Exclude = excluded });
        AssertHits(ranked.Where(pair => !excluded.Contains(pair.Id)).Skip(1).Take(3), result.Hits, firstRank: 2);
        Assert.Equal(ranked.Length - 2, result.Candidates);
    }

    [Fact]
    public async Task SearchAsync_OfQueriesWithDifferentFilters_AnswersEach()
    {
        var entries = Various();
        await using var gallery = await FilledExactAsync(entries);
        if (await RefusesFiltersAsync(gallery, Filters["both"]))
        {
            return;
        }

        var results = await gallery.SearchAsync([.. Filters.Values.Select(filter => new GalleryQuery(Item(1000), new SearchOptions { Top = 4, Filter = filter }))], Token);
        Assert.All(Filters.Values.Zip(results), pair =>
            AssertHits(Ranked(Item(1000), entries.Where(entry => pair.First.Matches(new GalleryItem(entry.Id, entry.Properties)))).Take(4), pair.Second.Hits));
    }

    private static async Task<bool> RefusesFiltersAsync(IGallery gallery, GalleryFilter filter)
    {
        if ((await gallery.GetInfoAsync(Token)).CanFilter)
        {
            return false;
        }

        await Assert.ThrowsAsync<NotSupportedException>(async () => await gallery.CountAsync(filter, Token));
        return true;
    }

    private GalleryEntry[] Various()
    {
        string[] folders = ["", "a/", "a/b/", "ab/", "100%_/", "100xy/", "it's/", "A/"];
        return [.. Enumerable.Range(0, 64).Select(i => new GalleryEntry(new MediaId($"{folders[i % folders.Length]}item {i}"), Item(i))
        {
            Properties = new GalleryProperties
            {
                Kind = (i % 3) switch { 0 => MediaKind.Picture, 1 => MediaKind.Video, _ => null },
                Taken = i % 5 == 0 ? null : Noon.AddHours(i),
                Modified = i % 7 == 0 ? null : Noon.AddDays(i),
                Camera = (i % 6) switch { 0 => "Canon EOS R5", 1 => "CANON PowerShot 100%", 2 => "100%_ é", _ => null },
                HasLocation = (i % 8) switch { 0 => true, 1 => false, _ => null },
                Owner = i % 4 == 0 ? "Zoë" : i % 4 == 1 ? "zoë" : null,
                Tags = i % 2 == 0 ? ["even", "it's \"quoted\", isn't it"] : i % 9 == 0 ? ["Even"] : [],
                Metadata = (i % 5) switch
                {
                    0 => new Dictionary<string, string> { ["numéro"] = "a", ["al'bum\""] = "100%_" },
                    1 => new Dictionary<string, string> { ["numéro"] = "A" },
                    2 => new Dictionary<string, string> { ["numéro"] = "", ["al'bum\""] = "100xy" },
                    _ => GalleryProperties.None.Metadata,
                },
            },
        })];
    }
}
