using CoVR.Modeling;
using Xunit;

namespace CoVR.Conformance;

/// <summary>What every tokenizer keeps.</summary>
public abstract class TextTokenizerConformance
{
    /// <summary>Makes the tokenizer under test.</summary>
    protected abstract ITextTokenizer Create();

    /// <summary>A short and a longer text of known words.</summary>
    protected abstract IReadOnlyList<string> Texts { get; }

    [Theory]
    [InlineData(64, false)]
    [InlineData(40, true)]
    public void Encode_OfSeveralTexts_ReturnsOneLength(int limit, bool padToMaxLength)
    {
        var text = Create().Encode(Texts, limit, padToMaxLength);
        Assert.Equal(Texts.Count, text.Rows);
        Assert.Equal((text.Rows * text.Length, text.Rows * text.Length), (text.Ids.Length, text.Mask.Length));
        Assert.True(padToMaxLength ? text.Length == limit : text.Length <= limit, $"T is {text.Length}, the limit {limit}.");
        Assert.True(padToMaxLength || Rows(text, text.Mask).Any(mask => mask[^1] == 1), "The longest text is padded.");
    }

    [Fact]
    public void Encode_Masks_AreOnesThenZeros() => Assert.All(
        Rows(Create().Encode(Texts, 40, padToMaxLength: true), text => text.Mask),
        mask => Assert.Equal(mask.OrderDescending(), mask));

    [Fact]
    public void Encode_OfAText_DoesNotDependOnItsBatch()
    {
        var tokenizer = Create();
        var together = tokenizer.Encode(Texts, 40, padToMaxLength: true);
        for (var i = 0; i < Texts.Count; i++)
        {
            Assert.Equal(Rows(together, together.Ids)[i], tokenizer.Encode([Texts[i]], 40, padToMaxLength: true).Ids);
        }
    }

    [Fact]
    public void Encode_OfATooLongText_KeepsItsFirstAndLastToken()
    {
        var tokenizer = Create();
        var whole = tokenizer.Encode([Texts[1]], 64);
        var cut = tokenizer.Encode([Texts[1]], whole.Length - 1);
        Assert.Equal(whole.Length - 1, cut.Length);
        Assert.Equal((whole.Ids[0], whole.Ids[^1]), (cut.Ids[0], cut.Ids[^1]));
        Assert.Equal(whole.Ids[..(cut.Length - 1)], cut.Ids[..^1]);
    }

    [Fact]
    public void Encode_OfAnEmptyText_HasOnlyTheFirstAndLastToken() => Assert.Equal(2, Create().Encode([""], 64).Length);

    [Fact]
    public async Task Encode_FromSeveralThreads_GivesTheSameIds()
    {
        var tokenizer = Create();
        var alone = tokenizer.Encode(Texts, 64).Ids;
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => tokenizer.Encode(Texts, 64).Ids))), ids => Assert.Equal(alone, ids));
    }

    private static long[][] Rows(TokenBatch text, Func<TokenBatch, long[]> choose) => Rows(text, choose(text));

    private static long[][] Rows(TokenBatch text, long[] values) => [.. values.Chunk(text.Length)];
}
