namespace CoVR.Abstractions.Tests;

public sealed class EmbeddingFailureTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void FromJsonLines_OfWrittenLines_KeepsTheLastOfEachItem()
    {
        var old = new EmbeddingFailure(new MediaId("a/é.mp4"), "cut off", MediaFailure.Corrupt, At);
        var last = old with { Reason = "does not exist", Kind = MediaFailure.NotFound, At = At.AddHours(1) };
        var other = new EmbeddingFailure(new MediaId("b"), "the model returned NaN", null, At);

        var read = EmbeddingFailure.FromJsonLines([last.ToJsonLine(), old.ToJsonLine(), other.ToJsonLine()]);

        Assert.Equal([(last.Id, last), (other.Id, other)], read.Select(pair => (pair.Key, pair.Value)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("""{"id":"a","reason":"cut o""")]
    [InlineData("""{"id":" ","reason":"cut off","at":"2026-03-01T12:00:00+00:00"}""")]
    [InlineData("""{"id":"a","at":"2026-03-01T12:00:00+00:00"}""")]
    [InlineData("""{"id":"a","reason":"cut off","kind":"NoSuchKind","at":"2026-03-01T12:00:00+00:00"}""")]
    public void FromJsonLines_OfADamagedLine_SkipsIt(string line)
    {
        var whole = new EmbeddingFailure(new MediaId("b"), "cut off", MediaFailure.Corrupt, At);

        Assert.Equal([whole], EmbeddingFailure.FromJsonLines([line, whole.ToJsonLine()]).Values);
    }
}
