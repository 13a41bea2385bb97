using CoVR.Cli.Commands.Train;
using CoVR.Cli.Hosting;

namespace CoVR.Cli.Tests.Commands.Train;

public sealed class SweepGridTests
{
    [Fact]
    public void Of_SeveralValues_GivesEveryCombinationTheLastChangingFastest()
    {
        var grid = SweepGrid.Of(["data=cirr", "model.optimizer.lr=1e-4,1e-5", "seed=1,2"]);

        Assert.Equal(["1e-4 1", "1e-4 2", "1e-5 1", "1e-5 2"], grid.Select(one => $"{one.Overrides[1][19..]} {one.Overrides[2][5..]}"));
        Assert.All(grid, one => Assert.Equal("data=cirr", one.Overrides[0]));
        Assert.Equal("model.optimizer.lr=1e-4,seed=2", grid[1].FolderName);
        Assert.Equal("model.optimizer.lr=1e-4", grid[1].Configuration);
    }

    [Theory]
    [InlineData("seed=range(1,4)", "seed=1|seed=2|seed=3")]
    [InlineData("seed=range(3)", "seed=0|seed=1|seed=2")]
    [InlineData("model.optimizer.lr=range(0.1,0.4,0.1)", "model.optimizer.lr=0.1|model.optimizer.lr=0.2|model.optimizer.lr=0.3")]
    [InlineData("seed=range(3,1,-1)", "seed=3|seed=2")]
    [InlineData("model/loss=choice(hn_nce, info_nce)", "model/loss=hn_nce|model/loss=info_nce")]
    [InlineData("presets=[honest,reference],[honest]", "presets=[honest,reference]|presets=[honest]")]
    [InlineData("run_name='a,b',c", "run_name='a,b'|run_name=c")]
    [InlineData("seed=1,1,2", "seed=1|seed=2")]
    public void Of_OneOverride_SplitsItAsHydraDoes(string argument, string expected) =>
        Assert.Equal(expected.Split('|'), SweepGrid.Of([argument]).Select(one => one.Overrides[0]));

    [Theory]
    [InlineData("no override has several values", "seed=1", "presets=[honest,reference]")]
    [InlineData("is not a range", "seed=range(1)", "seed=range(4,1)")]
    [InlineData("is not a range", "seed=range(a,b)")]
    [InlineData("the limit is 10,000", "seed=range(0,200)", "data.batch_size=range(0,200)")]
    public void Of_NothingToSweep_IsRefused(string part, params string[] overrides) =>
        Assert.Contains(part, Assert.Throws<CommandException>(() => SweepGrid.Of(overrides)).Message, StringComparison.Ordinal);

    [Fact]
    public void FolderName_OfPathsAndLongNames_IsOneUnambiguousName()
    {
        var names = SweepGrid.Of(["model.ckpt.path=a/b.ckpt,a_b.ckpt", $"run_name={new string('x', 200)},y"]).Select(one => one.FolderName).ToList();

        Assert.Equal(4, names.Distinct().Count());
        Assert.All(names, name => Assert.True(name.Length < 140 && !name.Contains('/', StringComparison.Ordinal), name));
    }
}
