using System.Text.Json;

namespace CoVR.Abstractions.Tests;

public sealed class ComposedQueryTests
{
    private static readonly QueryPart Red = QueryPart.OfText("red");

    [Fact]
    public void Constructor_WithoutParts_IsRefused() =>
        Assert.Contains("no part", Assert.Throws<QueryException>(() => new ComposedQuery([])).Reason, StringComparison.Ordinal);

    [Fact]
    public void Constructor_WithOnlyUnwantedParts_NamesThePart()
    {
        var error = Assert.Throws<QueryException>(() => new ComposedQuery([Red with { Role = QueryRole.Unwanted }, QueryPart.OfText("blue") with { Role = QueryRole.Kept }]));
        Assert.Equal("text \"red\"", error.Part);
        Assert.Contains("wanted", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_WithOnlyUnwantedPartsAfterATurn_IsAccepted() =>
        Assert.Equal(2, new ComposedQuery([Red with { Role = QueryRole.Unwanted }], new ComposedQuery(null, "a car")).Turns.Count);

    [Theory]
    [InlineData(-1)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Constructor_WithAWeightOutOfRange_NamesThePart(float weight)
    {
        var error = Assert.Throws<QueryException>(() => new ComposedQuery([QueryPart.OfMedia("a.jpg"), Red with { Weight = weight }]));
        Assert.Equal("text \"red\"", error.Part);
    }

    [Fact]
    public void Constructor_WithAllWeightsZero_IsRefused() =>
        Assert.Contains("zero", Assert.Throws<QueryException>(() => new ComposedQuery([Red with { Weight = 0 }])).Reason, StringComparison.Ordinal);

    [Fact]
    public void Constructor_WithTooManyPartsInAllTurns_NamesTheFirstTooMany()
    {
        var most = new ComposedQuery([.. Enumerable.Range(0, ComposedQuery.MaxParts).Select(i => QueryPart.OfItem(new MediaId($"{i}")))]);
        Assert.Equal("text \"red\"", Assert.Throws<QueryException>(() => new ComposedQuery([Red], most)).Part);
    }

    [Fact]
    public void OfText_WithoutWords_IsRefused() => Assert.Throws<QueryException>(() => QueryPart.OfText("  "));

    [Fact]
    public void ReferenceAndModification_OfSeveralParts_AreTheFirstWantedOnes()
    {
        var query = new ComposedQuery([QueryPart.OfText("no") with { Role = QueryRole.Unwanted }, QueryPart.OfMedia("a.jpg"), Red, QueryPart.OfMedia("b.jpg")]);
        Assert.Equal(("a.jpg", "red"), (query.Reference!.Path, query.Modification));
    }

    [Fact]
    public void Equals_OfTheSameParts_IsTrueInEveryForm()
    {
        Assert.Equal(new ComposedQuery("a.jpg", "red"), new ComposedQuery([QueryPart.OfMedia("a.jpg"), Red]));
        Assert.NotEqual(new ComposedQuery("a.jpg", "red"), new ComposedQuery([QueryPart.OfMedia("a.jpg"), Red with { Weight = 2 }]));
        Assert.NotEqual(new ComposedQuery(null, "red"), new ComposedQuery([Red], new ComposedQuery(null, "blue")));
    }

    [Fact]
    public void Serialize_OfQueriesThatDifferInRoleWeightSpanOrTurn_GivesDifferentKeys()
    {
        var frame = MediaSource.FromFrames([new RgbFrame(1, 1, new byte[3])]);
        var part = QueryPart.OfMedia(frame);
        ComposedQuery[] queries =
        [
            new([part, Red]), new([part, Red with { Weight = 2 }]), new([part, Red with { Role = QueryRole.Kept }]), new([part, QueryPart.OfItem(new MediaId("red"))]),
            new([QueryPart.OfMedia(frame.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2))), Red]), new([Red], new ComposedQuery([part])),
        ];
        Assert.Equal(queries.Length, queries.Select(query => JsonSerializer.Serialize(query)).Distinct().Count());
    }

    [Fact]
    public void Between_OfTimesOutOfOrder_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => MediaSource.FromFile("a.mp4").Between(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => MediaSource.FromFile("a.mp4").Between(TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(1)));
    }
}
