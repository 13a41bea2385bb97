using CoVR.Conformance;
using CoVR.Modeling;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Reranking.Tests;

[Collection("torch")]
public sealed class PairRerankerTests : RerankerConformance, IAsyncLifetime
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly TinyWorld _world = new((pipeline, folder) => pipeline.UsePairReranker(folder));
    private readonly TinyWorld _trainer = new();

    protected override ComposedQuery Query => new(_world.Locate(TinyWorld.Id(0)), "make it red");

    protected override IReadOnlyList<(SearchHit Hit, MediaSource? Media)> Candidates =>
        [.. Enumerable.Range(1, 4).Select(i => (new SearchHit(TinyWorld.Id(i), 1 - (0.1f * i), i), _world.Locate(TinyWorld.Id(i))))];

    public async ValueTask InitializeAsync() => await _trainer.TrainAsync(TinyWorld.Options, _world.Reranker, cancellationToken: Cancel);

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        await _trainer.DisposeAsync();
    }

    protected override IReranker Create()
    {
        _world.PipelineAsync().GetAwaiter().GetResult();
        return _world.Services.GetRequiredService<IReranker>();
    }

    [Fact]
    public async Task ScoreAsync_OfAQueryThatIsNoPair_JudgesNothing()
    {
        var picture = _world.Locate(TinyWorld.Id(0));
        foreach (var query in new[] { new ComposedQuery(null, "red"), new ComposedQuery(picture, null), new ComposedQuery([QueryPart.OfMedia(picture), QueryPart.OfText("red") with { Weight = 2 }]) })
        {
            Assert.Empty(await Create().ScoreAsync(query, Candidates, Cancel));
        }
    }

    [Fact]
    public async Task ScoreAsync_OfAnUnreadableReference_NamesIt()
    {
        var error = await Assert.ThrowsAsync<MediaReadException>(async () => await Create().ScoreAsync(new ComposedQuery("nowhere.png", "red"), Candidates, Cancel));
        Assert.Equal("nowhere.png", error.Media);
    }

    [Fact]
    public async Task UsePairReranker_OfAnotherModel_NamesBoth()
    {
        var path = Path.Combine(_world.Reranker, "reranker.json");
        var card = RerankerCard.Read(_world.Reranker);
        File.WriteAllText(path, File.ReadAllText(path).Replace(card.ModelSha256, "0123", StringComparison.Ordinal));
        var error = await Assert.ThrowsAsync<CheckpointException>(_world.PipelineAsync);
        Assert.Contains("with weights 0123", error.Message, StringComparison.Ordinal);
        Assert.Contains(card.ModelSha256, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OfAFolderWithoutReranker_SaysWhatToGive() =>
        Assert.Contains("RerankerTrainer wrote", Assert.Throws<CheckpointException>(() => RerankerCard.Read(Path.GetTempPath())).Message, StringComparison.Ordinal);
}
