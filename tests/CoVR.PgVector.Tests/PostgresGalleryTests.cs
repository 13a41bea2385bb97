using System.Diagnostics;
using CoVR.Retrieval;
using Microsoft.Extensions.Options;
using Npgsql;
using static CoVR.PgVector.Tests.SampleItems;

namespace CoVR.PgVector.Tests;

/// <summary>What a database adds to the contract: names, identities, writers that meet, traces.</summary>
public sealed class PostgresGalleryTests
{
    [Fact]
    public void Constructor_WithOptionsOutOfRange_ListsAllFaults()
    {
        var error = Assert.Throws<OptionsValidationException>(() => new PostgresGallery("Host=nowhere", Fingerprint, new PostgresGalleryOptions { EfSearch = 0, Links = 1 }));
        Assert.Equal(2, error.Failures.Count());
    }

    [Fact]
    public async Task UpsertAsync_IntoTwoGalleriesOfADatabase_KeepsThemApart()
    {
        await using var first = await TestDatabase.CreateAsync(Fingerprint);
        await using var second = await TestDatabase.CreateAsync(Of(8));
        await first.UpsertAsync(Numbered(3), Token);
        await second.UpsertAsync([new GalleryEntry(Id(0), Item(0, 8))], Token);
        Assert.Equal((3, 1), (await first.CountAsync(cancellationToken: Token), await second.CountAsync(cancellationToken: Token)));
        Assert.Single((await second.SearchAsync(Item(1, 8))).Hits);
    }

    [Fact]
    public async Task GetInfoAsync_WithoutAFingerprint_AcceptsWhatTheDatabaseHas()
    {
        await using var made = await TestDatabase.CreateAsync(Fingerprint);
        await made.CreateAsync(Token);
        var name = (await made.GetInfoAsync(Token)).Name.Split(" in ")[0];
        await using var opened = new PostgresGallery(await TestDatabase.SourceAsync(), null, new PostgresGalleryOptions { Name = name });
        Assert.Equal(Fingerprint, (await opened.GetInfoAsync(Token)).Fingerprint);
    }

    [Fact]
    public async Task CreateAsync_FromSeveralAtOnce_MakesOneGallery()
    {
        await using var database = await (await TestSupport.Postgres.PostgresServer.SharedAsync()).CreateDatabaseAsync();
        await using var source = TestDatabase.SourceOf(database.ConnectionString);
        PostgresGallery[] galleries = [.. Enumerable.Range(0, 8).Select(_ => new PostgresGallery(source, Fingerprint, new PostgresGalleryOptions { CreateIfMissing = true }))];
        await Task.WhenAll(galleries.Select((gallery, i) => Task.Run(() => gallery.UpsertAsync([new GalleryEntry(Id(i), Item(i))], Token).AsTask())));
        Assert.Equal(8, await galleries[0].CountAsync(cancellationToken: Token));
        Assert.Equal(1L, await source.ScalarAsync("SELECT count(*) FROM covr.galleries"));
    }

    [Fact]
    public async Task UpsertAsync_OfTheSameItemsFromSeveralWriters_KeepsEachOnce()
    {
        await using var gallery = await TestDatabase.CreateAsync(Fingerprint, new PostgresGalleryOptions { Retries = 20 });
        await gallery.CreateAsync(Token);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(() => gallery.UpsertAsync([.. Numbered(20).Select(entry => entry with { Embedding = Item(writer) })], Token).AsTask())));
        Assert.Equal(20, await gallery.CountAsync(cancellationToken: Token));
        var read = await gallery.GetAsync([.. Enumerable.Range(0, 20).Select(Id)], Token);
        Assert.Equal(20, read.Count);
        // All items are of one writer.
        Assert.Single(read.Select(entry => entry.Embedding.Values.Span[0]).Distinct());
    }

    [Theory]
    [InlineData("nul\0", "identity")]
    [InlineData("surrogate", "identity")]
    [InlineData("owner", "owner")]
    [InlineData("tag", "tag")]
    [InlineData("metadata", "metadata")]
    public async Task UpsertAsync_OfTextThatPostgresCannotHold_NamesItAndWritesNothing(string id, string what)
    {
        await using var gallery = await TestDatabase.CreateAsync(Fingerprint);
        GalleryProperties properties = what switch
        {
            "owner" => new() { Owner = "\0" },
            "tag" => new() { Tags = ["fine", "bad\0"] },
            "metadata" => new() { Metadata = new Dictionary<string, string> { ["name"] = "\0" } },
            _ => GalleryProperties.None,
        };
        // Attributes hold valid text only.
        var bad = new GalleryEntry(new MediaId(id == "surrogate" ? "half \ud83d of a pair" : id), Item(1)) { Properties = properties };
        var error = await Assert.ThrowsAsync<GalleryException>(() => gallery.UpsertAsync([new GalleryEntry(Id(0), Item(0)), bad], Token).AsTask());
        Assert.Equal(bad.Id, error.Id);
        Assert.Contains(what, error.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain('\0', error.Message);
        Assert.Equal(0, await gallery.CountAsync(cancellationToken: Token));
    }

    [Fact]
    public async Task AnyCall_WithAnIdentityThatPostgresCannotHold_FindsNothing()
    {
        await using var gallery = await TestDatabase.CreateAsync(Fingerprint);
        await gallery.UpsertAsync([new GalleryEntry(new MediaId("a\ufffd"), Item(0))], Token);
        MediaId[] strange = [new("a\0"), new("a\ud83d")];
        Assert.Empty(await gallery.GetAsync(strange, Token));
        Assert.Equal(0, await gallery.RemoveAsync(strange, Token));
        Assert.False(await gallery.ContainsAsync(strange[1], Token));
        Assert.Single((await gallery.SearchAsync(Item(1), new SearchOptions { Exclude = strange.ToHashSet() })).Hits);
        Assert.Equal(0, await gallery.CountAsync(new GalleryFilter.OwnedBy("\0") | new GalleryFilter.InFolder("\ud83d") | new GalleryFilter.HasMetadata("\0", null), Token));
    }

    [Fact]
    public async Task AnyIdentity_OfTenThousandCharacters_IsWrittenFoundAndRemoved()
    {
        await using var gallery = await TestDatabase.CreateAsync(Fingerprint);
        await gallery.CreateAsync(Token);
        await gallery.BuildIndexAsync(Token);
        var random = new Random(1);
        MediaId[] ids = [.. Enumerable.Range(0, 2).Select(i => new MediaId($"folder/{string.Concat(Enumerable.Range(0, 10_000).Select(_ => (char)random.Next(0x4e00, 0x9000)))}{i}"))];
        await gallery.UpsertAsync([.. ids.Select((id, i) => new GalleryEntry(id, Item(i)))], Token);
        Assert.Equal(ids.Order(), await gallery.IdsAsync(new GalleryFilter.InFolder("folder")));
        Assert.Equal(ids[1], (await gallery.SearchAsync(Item(1))).Hits[0].Id);
        Assert.Equal(1, await gallery.RemoveAsync([ids[0]], Token));
        Assert.Equal([ids[1]], await gallery.IdsAsync());
    }

    [Fact]
    public async Task ListAsync_OfCharactersAfterTheSurrogates_OrdersByUtf16AsMediaIdDoes()
    {
        MediaId[] ids = [.. new[] { "😀", "\uFF01", "\uE000", "a", "é", "猫", "z\uFF01", "z😀", "\uD7FF" }.Select(id => new MediaId(id))];
        await using var gallery = await TestDatabase.CreateAsync(Fingerprint);
        await gallery.UpsertAsync([.. ids.Select(id => new GalleryEntry(id, Item(1)))], Token);
        Assert.Equal(ids.Order(), await gallery.IdsAsync());
        Assert.Equal(ids.Order(), (await gallery.SearchAsync(Item(2))).Hits.Select(hit => hit.Id));
    }

    [Fact]
    public async Task ListAsync_LeftEarly_ReturnsItsConnection()
    {
        await using var gallery = await TestDatabase.CreateAsync(Fingerprint);
        await gallery.UpsertAsync(Numbered(2000), Token);
        for (var i = 0; i < 120; i++)
        {
            // More often than the pool has connections.
            await foreach (var item in gallery.ListAsync(cancellationToken: Token))
            {
                Assert.Equal(Id(0), item.Id);
                break;
            }
        }

        Assert.Equal(2000, await gallery.CountAsync(cancellationToken: Token));
    }

    [Fact]
    public async Task UpsertAsync_InHalfPrecision_ReturnsRoundedNumbersAndClaimsNoExactness()
    {
        await using var gallery = await TestDatabase.CreateAsync(Of(8, 2), new PostgresGalleryOptions { HalfPrecision = true, Index = PostgresIndex.None });
        var entry = new GalleryEntry(Id(0), Item(1, 8, 2, frames: 3));
        await gallery.UpsertAsync([entry, new GalleryEntry(Id(1), Item(2, 8, 2))], Token);
        Assert.Equal(entry.Embedding.Values.ToArray().Select(value => (float)(Half)value), (await ((IEmbeddingSource)gallery).ReadAsync(Id(0), Token))!.Values.ToArray());
        var result = await gallery.SearchAsync(Item(1, 8, 2));
        Assert.False(result.IsExact);
        Assert.Equal(Similarities.MeanPooled.Score(Item(1, 8, 2), FramePoolings.Mean.Pool(entry.Embedding)), result.Hits.Single(hit => hit.Id == Id(0)).Score, 1e-3f);
        Assert.False((await gallery.GetInfoAsync(Token)).IsExact);
        var large = new EmbeddingSet(Enumerable.Repeat(70_000f, 16).ToArray(), 2, 8);
        var error = await Assert.ThrowsAsync<GalleryException>(() => gallery.UpsertAsync([new GalleryEntry(Id(2), large)], Token).AsTask());
        Assert.Contains(nameof(PostgresGalleryOptions.HalfPrecision), error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UpsertAsync_WithAMeanThatIsNotFinite_IsRefused()
    {
        await using var gallery = await TestDatabase.CreateAsync(Of(1));
        var entry = new GalleryEntry(Id(0), new EmbeddingSet(new[] { float.MaxValue, float.MaxValue }, 1, 1, frames: 2));
        Assert.Equal(Id(0), (await Assert.ThrowsAsync<GalleryException>(() => gallery.UpsertAsync([entry], Token).AsTask())).Id);
    }

    [Fact]
    public async Task RecordFailuresAsync_WithAReasonThatPostgresCannotHold_KeepsTheRest()
    {
        await using var gallery = await TestDatabase.CreateAsync(Fingerprint);
        await gallery.RecordFailuresAsync([new EmbeddingFailure(Id(0), "bytes \0 and \ud83d", null, DateTimeOffset.UnixEpoch)], Token);
        Assert.Equal("bytes \ufffd and \ufffd", (await gallery.GetFailuresAsync(Token))[Id(0)].Reason);
        await Assert.ThrowsAsync<GalleryException>(() => gallery.RecordFailuresAsync([new EmbeddingFailure(new MediaId("a\0"), "", null, DateTimeOffset.UnixEpoch)], Token).AsTask());
    }

    [Fact]
    public async Task SearchAsync_WhileTraced_CarriesTheNamesOfTheSemanticConventions()
    {
        List<Activity> activities = [];
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "CoVR.PgVector",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                lock (activities)
                {
                    activities.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var gallery = await TestDatabase.CreateAsync(Fingerprint);
        await gallery.SearchAsync(Item(1));
        var table = $"covr.items_{await (await TestDatabase.SourceAsync()).ScalarAsync($"SELECT id FROM covr.galleries WHERE name = '{(await gallery.GetInfoAsync(Token)).Name.Split(" in ")[0]}'")}";
        Activity search;
        lock (activities)
        {
            search = activities.Single(activity => activity.DisplayName == $"search {table}");
        }

        Assert.Equal(ActivityKind.Client, search.Kind);
        Assert.Equal(["db.collection.name", "db.namespace", "db.operation.name", "db.system.name", "server.address", "server.port"], search.TagObjects.Select(tag => tag.Key).Order());
        Assert.Equal("postgresql", search.GetTagItem("db.system.name"));
        Assert.DoesNotContain(search.TagObjects, tag => $"{tag.Value}".Contains("assword", StringComparison.Ordinal));
    }
}
