using CoVR.TestSupport;
using Microsoft.Extensions.AI;

namespace CoVR.Construction.Tests.Stages;

public sealed class FilterTextStageTests
{
    [Theory]
    [InlineData("a dog runs", "a cat runs", null)]
    [InlineData("room 1 empty", "room 2 empty", "digit in the change")]
    [InlineData("a dog runs", "the dog runs", "only stop words change")]
    [InlineData("one box here", "one boxes here", "only the number changes")]
    [InlineData("a lady sings", "a ladies sings", "only the number changes")]
    [InlineData("woman at sea", "women at sea", "only the number changes")]
    [InlineData("a big dog", "a large dog", "only a synonym")]
    [InlineData("a dog runs", "a zyx runs", "word outside the vocabulary")]
    [InlineData("flag of cat", "flag of dog", "excluded phrase 'flag of'")]
    public async Task Run_Rules_DropWithTheirReason(string a, string b, string? reason)
    {
        using var folder = new TemporaryFolder();
        var options = MadeCaptions.Options(folder, a, b);
        await WriteRulesAsync(folder, options.TextFilter);

        var report = await new ConstructionPipeline(options).RunToAsync(ConstructionStage.FilterText);

        Assert.Equal(reason, report.Dropped.SingleOrDefault()?.Reason);
        Assert.Equal(reason is null ? 1 : 0, report.Kept);
    }

    [Theory]
    [InlineData("a big dog runs", "the large dog runs", null)]
    [InlineData("dog in box", "cat in boxes", null)]
    [InlineData("a lady sees woman", "a ladies sees women", "only the number changes")]
    [InlineData("a dog in the box", "the dog in a box", "only stop words change")]
    [InlineData("big dog, little box", "huge dog, small box", "only a synonym")]
    [InlineData("a dog in the box", "a zyx in a box", "word outside the vocabulary")]
    [InlineData("dog 1 sees box", "cat 2 sees box", "digit in the change")]
    public async Task Run_TwoWordsDiffer_DropsWhereTheRuleHoldsForBoth(string a, string b, string? reason)
    {
        using var folder = new TemporaryFolder();
        var options = MadeCaptions.Options(folder, a, b);
        options.Mining.Words = 2;
        await WriteRulesAsync(folder, options.TextFilter);

        var report = await new ConstructionPipeline(options).RunToAsync(ConstructionStage.FilterText);

        Assert.Equal(reason, report.Dropped.SingleOrDefault()?.Reason);
        Assert.Equal(reason is null ? 1 : 0, report.Kept);
    }

    [Fact]
    public async Task Run_HostsFilterAndEmbeddings_DropBeyondTheBand()
    {
        using var folder = new TemporaryFolder();
        var options = MadeCaptions.Options(folder, "a ball", "b ball", "c ball", "z ball");
        using var embeddings = new Letters();

        var report = await new ConstructionPipeline(options) { TextFilters = [new NoZ()], TextEmbeddings = embeddings }.RunToAsync(ConstructionStage.FilterText);

        Assert.Equal(["captions too different: 1 (a ball / c ball)", "captions too similar: 1 (a ball / b ball)", "z: 3 (a ball / z ball, b ball / z ball, c ball / z ball)"],
            report.Dropped.Select(dropped => $"{dropped.Reason}: {dropped.Count} ({string.Join(", ", dropped.Examples)})"));
        Assert.Equal(1, report.Kept);
    }

    private static async Task WriteRulesAsync(TemporaryFolder folder, TextFilterOptions options)
    {
        await File.WriteAllLinesAsync(folder["words.txt"], ["dog", "Cat", "the", "a", "in", "of", "box", "boxes", "lady", "ladies", "woman", "women", "big", "large"], TestContext.Current.CancellationToken);
        await File.WriteAllLinesAsync(folder["synonyms.txt"], ["small, little", "big, large, huge"], TestContext.Current.CancellationToken);
        (options.Vocabulary, options.Synonyms) = (folder["words.txt"], folder["synonyms.txt"]);
        options.ExcludedPhrases.Add("Flag of");
    }

    private sealed class NoZ : ITextFilter
    {
        public string Fingerprint => "no z";

        public string? FindFault(CaptionPair pair) => pair.WordB == "z" ? "z" : null;
    }

    /// <summary>The angle of a caption is that of its first letter: a and b nearly equal, b and c alike, a and c different.</summary>
    private sealed class Letters : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(text => text[0] switch { 'a' => 0, 'b' => 0.1, _ => 1.1 })
                .Select(angle => new Embedding<float>(new[] { (float)Math.Cos(angle), (float)Math.Sin(angle) }))));

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
