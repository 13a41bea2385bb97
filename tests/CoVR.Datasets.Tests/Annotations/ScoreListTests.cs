using System.Globalization;
using System.Text;
using CoVR.Datasets.Annotations;

namespace CoVR.Datasets.Tests.Annotations;

public sealed class ScoreListTests
{
    [Fact]
    public void Parse_NumbersOfAllLengthsAndForms_EqualsThePlatformsParser()
    {
        var random = new Random(3);
        for (var round = 0; round < 500; round++)
        {
            string[] numbers = [.. Enumerable.Range(0, 1 + random.Next(30)).Select(_ => Number(random))];
            var scores = new float[random.Next(40)];

            var count = ScoreList.Parse(Encoding.UTF8.GetBytes($"[{string.Join(round % 2 == 0 ? ", " : ",", numbers)}]"), ref scores, out var fault);

            Assert.Null(fault);
            Assert.Equal(numbers.Select(number => (float)double.Parse(number, CultureInfo.InvariantCulture)), scores.Take(count));
        }
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("  ", 0)]
    [InlineData("[]", 0)]
    [InlineData(" [ 0.5 , 1e-3 ] ", 2)]
    [InlineData("[+0.5,.5,5.,-0.25]", 4)]
    public void Parse_OddButValidLists_AreRead(string text, int expected)
    {
        var scores = new float[8];

        Assert.Equal(expected, ScoreList.Parse(Encoding.UTF8.GetBytes(text), ref scores, out var fault));
        Assert.Null(fault);
    }

    [Theory]
    [InlineData("0.1, 0.2", "not a list")]
    [InlineData("[0.1, 0.2", "not a list")]
    [InlineData("[0.1,]", "entry 2")]
    [InlineData("[0.1,,0.2]", "entry 2")]
    [InlineData("[0.1 0.2]", "'0.1 0.2' (entry 1)")]
    [InlineData("[0.12345678:, 0.5]", "entry 1")]
    [InlineData("[0.1234/678, 0.5]", "entry 1")]
    [InlineData("[0.1.2, 0.123456789]", "entry 1")]
    [InlineData("[0.5, -]", "entry 2")]
    [InlineData("[0.5, .]", "entry 2")]
    [InlineData("[inf]", "finite")]
    [InlineData("[1e99]", "finite")]
    public void Parse_MalformedList_SaysWhichEntry(string text, string reason)
    {
        var scores = new float[8];

        ScoreList.Parse(Encoding.UTF8.GetBytes(text), ref scores, out var fault);

        Assert.Contains(reason, fault, StringComparison.Ordinal);
    }

    private static string Number(Random random)
    {
        var number = random.NextDouble() * (random.Next(4) == 0 ? 1000 : 1);
        return random.Next(6) switch
        {
            0 => number.ToString("R", CultureInfo.InvariantCulture),
            1 => ((float)-number).ToString("R", CultureInfo.InvariantCulture),
            2 => number.ToString("E5", CultureInfo.InvariantCulture),
            _ => number.ToString("F" + random.Next(17).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
        };
    }
}
