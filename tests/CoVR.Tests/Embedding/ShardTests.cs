using CoVR.Embedding;
using Microsoft.Extensions.Configuration;

namespace CoVR.Tests.Embedding;

public sealed class ShardTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(16)]
    public void Contains_OfManyItems_DealsEachToOneShardAndAllShardsAlike(int count)
    {
        var sizes = new int[count];
        for (var n = 0; n < 16_000; n++)
        {
            var owners = Enumerable.Range(0, count).Where(index => new Shard(index, count).Contains(new MediaId($"{n / 50:D3}/{n}"))).ToArray();
            sizes[Assert.Single(owners)]++;
        }

        Assert.All(sizes, size => Assert.InRange(size, 0.85 * 16_000 / count, 1.15 * 16_000 / count));
    }

    [Theory]
    [InlineData("1065/1012345", 7, 6)]
    [InlineData("été 猫 🐈", 7, 5)]
    [InlineData("dev-244-0-img0", 1000, 628)]
    public void Contains_OfKnownItems_NeverChanges(string id, int count, int index) =>
        Assert.Equal([index], Enumerable.Range(0, count).Where(i => new Shard(i, count).Contains(new MediaId(id))));

    [Fact]
    public void Bind_OfAConfiguration_ReadsTheShardAndRefusesNonsense()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("good:Shard", "2/8"), new("bad:Shard", "8/8")]).Build();

        Assert.Equal(new Shard(2, 8), configuration.GetSection("good").Get<EmbeddingOptions>()!.Shard);
        var error = Assert.Throws<InvalidOperationException>(configuration.GetSection("bad").Get<EmbeddingOptions>);
        Assert.Contains("bad:Shard", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_ReadsWhatToStringWrites()
    {
        Assert.Equal(new Shard(2, 8), Shard.Parse("2/8"));
        Assert.Equal("2/8", new Shard(2, 8).ToString());
        Assert.Equal(Shard.Whole, Shard.Parse("0/1"));
        Assert.True(Shard.Whole.IsWhole);
    }

    [Theory]
    [InlineData("8/8")]
    [InlineData("-1/8")]
    [InlineData("1")]
    [InlineData("1/0")]
    [InlineData("a/b")]
    [InlineData("")]
    public void Parse_OfSomethingElse_SaysHowToWriteOne(string text) =>
        Assert.Contains("0/8", Assert.Throws<FormatException>(() => Shard.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void ContainsRow_DealsRowsInTurn() =>
        Assert.Equal([1L, 4, 7], Enumerable.Range(0, 9).Select(row => (long)row).Where(row => new Shard(1, 3).ContainsRow(row)));
}
