using CoVR.Data;
using CoVR.Datasets.Annotations;
using CoVR.TestData;
using CoVR.TestSupport;

namespace CoVR.Datasets.Tests.CcCoIR;

public sealed class CcCoIRReaderTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ReadAsync_OfAListOfEdits_DrawsOneByTheSeed()
    {
        HashSet<string> drawn = [];
        for (var seed = 0; seed < 20; seed++)
        {
            var options = TinyLayouts.CcCoIR(_folder.FullName);
            options.Seed = seed;
            var (first, second) = (await options.CreateReader().ReadAsync(DatasetSplit.Train, Cancel), await options.CreateReader().ReadAsync(DatasetSplit.Train, Cancel));
            Assert.Equal(["change to a circle", "a circle, on the left"], first.Triplets[1].Alternatives!);
            Assert.Equal(first.Triplets[1].Modification, second.Triplets[1].Modification);
            drawn.Add(first.Triplets[1].Modification);
        }

        Assert.Equal(["a circle, on the left", "change to a circle"], drawn.Order());
    }

    [Fact]
    public async Task ReadAsync_OfAPlainEdit_HasNoAlternatives()
    {
        var dataset = await TinyLayouts.CcCoIR(_folder.FullName).CreateReader().ReadAsync(DatasetSplit.Train, Cancel);
        Assert.Null(dataset.Triplets[0].Alternatives);
        Assert.Equal(("make it blue", "a blue circle"), (dataset.Triplets[0].Modification, dataset.Triplets[0].TargetCaption));
    }

    [Theory]
    [InlineData("['a']", "a")]
    [InlineData(" [ 'it''s' ] ", null)]
    [InlineData("['it\\'s', \"b\\\\n\", 'c\\u00e9\\x41',]", "it's|b\\n|céA")]
    [InlineData("['a\\fb', '\\U0001F600\\101\\q', '\\x41\\u0042']", "a\fb|😀A\\q|AB")]
    [InlineData("['', 'b']", "b")]
    [InlineData("['\\U00110000']", null)]
    [InlineData("[]", null)]
    [InlineData("['']", null)]
    [InlineData("[1, 2]", null)]
    [InlineData("[a, b]", null)]
    [InlineData("['a' 'b']", null)]
    [InlineData("['a", null)]
    [InlineData("['a']]", null)]
    [InlineData("make it ['red']", null)]
    [InlineData("['\\u00']", null)]
    [InlineData("['a\\']", null)]
    public void Parse_OfPythonsNotation_GivesTextsOrNothing(string text, string? expected) => Assert.Equal(expected?.Split('|'), TextListLiteral.Parse(text));
}
