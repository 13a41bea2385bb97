namespace CoVR.Abstractions.Tests;

public sealed class QueryGrammarTests
{
    [Fact]
    public void Parse_OfEveryRole_MakesTheParts()
    {
        var query = Parse("""photos/a.jpg + "at night" - "cars"^0.5 = item:7 ; - 'b c.mp4'@1.5-2""");
        Assert.Equal(
            [QueryPart.OfMedia("photos/a.jpg"), QueryPart.OfText("at night"), QueryPart.OfText("cars") with { Role = QueryRole.Unwanted, Weight = 0.5f }, QueryPart.OfItem(new MediaId("7")) with { Role = QueryRole.Kept }],
            query.Previous!.Parts);
        Assert.Equal(QueryPart.OfMedia(MediaSource.FromFile("b c.mp4").Between(TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(2))) with { Role = QueryRole.Unwanted }, query.Parts.Single());
    }

    [Theory]
    [InlineData("", 0, "expected a picture")]
    [InlineData("   ", 3, "expected a picture")]
    [InlineData("a.jpg +", 7, "expected a picture")]
    [InlineData("a.jpg \"red\"", 6, "expected +, - or =")]
    [InlineData("a.jpg + \"red", 8, "not closed")]
    [InlineData("a.jpg + \" \"", 8, "empty")]
    [InlineData("a.jpg + 'b.jpg", 8, "not closed")]
    [InlineData("a.jpg + red", 8, "double quotes")]
    [InlineData("a.jpg^x", 6, "number")]
    [InlineData("a.jpg^-1", 6, "number")]
    [InlineData("a.jpg^2x", 7, "space")]
    [InlineData("a.mp4@3", 7, "span")]
    [InlineData("a.mp4@3-2", 0, "ends before")]
    [InlineData("item:7@3-4", 0, "only a file")]
    [InlineData("- \"cars\"", 0, "wanted")]
    [InlineData("a.jpg ; ; \"red\"", 8, "expected a picture")]
    [InlineData("a.jpg ; \"red\"^0 - 'x", 18, "not closed")]
    [InlineData("a.jpg + ^", 8, "cannot stand")]
    public void Parse_OfWhatIsNoQuery_PointsAtThePlace(string text, int position, string reason)
    {
        var error = Assert.Throws<QueryException>(() => Parse(text));
        Assert.Equal(position, error.Position);
        Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
        Assert.EndsWith($"\n  {text}\n  {new string(' ', position)}^", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void ToString_OfAnyQuery_IsReadBackAsTheSame()
    {
        var random = new Random(1);
        for (var i = 0; i < 5_000; i++)
        {
            var query = RandomQuery(random);
            Assert.Equal(query, Parse(query.ToString()));
        }
    }

    [Fact]
    public void Parse_OfRandomText_IsAQueryOrAnErrorWithAPlace()
    {
        const string Letters = "ab7 \t\n\"'^@;+-=\\.:é🙂";
        var (random, queries) = (new Random(2), 0);
        for (var i = 0; i < 50_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(24)).Select(_ => Letters[random.Next(Letters.Length)])]);
            try
            {
                var query = Parse(text);
                Assert.Equal(query, Parse(query.ToString()));
                queries++;
            }
            catch (QueryException error)
            {
                Assert.InRange(error.Position ?? -1, 0, text.Length);
            }
        }

        Assert.True(queries > 500, $"only {queries} of 50,000 random texts are queries.");
    }

    private static ComposedQuery Parse(string text) => ComposedQuery.Parse(text, name =>
        name.StartsWith("item:", StringComparison.Ordinal) && name.Trim().Length > 5 ? QueryPart.OfItem(new MediaId(name[5..]))
        : name == "red" || string.IsNullOrWhiteSpace(name) ? null
        : QueryPart.OfMedia(name));

    // Items are written by their identity alone, which the caller's names tell apart from files.
    private static ComposedQuery RandomQuery(Random random)
    {
        ComposedQuery? query = null;
        for (var turn = random.Next(1, 4); turn > 0; turn--)
        {
            query = new ComposedQuery([RandomPart(random) with { Role = QueryRole.Wanted, Weight = 1 }, .. Enumerable.Range(0, random.Next(3)).Select(_ => RandomPart(random))], query);
        }

        return query!;
    }

    private static QueryPart RandomPart(Random random)
    {
        var part = random.Next(3) switch
        {
            0 => QueryPart.OfText(RandomName(random)),
            1 => QueryPart.OfMedia(RandomName(random)),
            _ => QueryPart.OfMedia(MediaSource.FromFile(RandomName(random)).Between(TimeSpan.FromMilliseconds(random.Next(100_000)), TimeSpan.FromMilliseconds(random.Next(100_000, 200_000)))),
        };
        return part with { Role = (QueryRole)random.Next(3), Weight = random.Next(3) == 0 ? 1 : random.NextSingle() * 3 };
    }

    private static string RandomName(Random random)
    {
        const string Letters = "abz09 \"'^@;+-=\\./é";
        return $"x{new string([.. Enumerable.Range(0, random.Next(12)).Select(_ => Letters[random.Next(Letters.Length)])])}y";
    }
}
