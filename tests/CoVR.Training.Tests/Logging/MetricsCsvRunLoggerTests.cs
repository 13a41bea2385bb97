using CoVR.TestSupport;
using CoVR.Training.Logging;

namespace CoVR.Training.Tests.Logging;

public sealed class MetricsCsvRunLoggerTests : IDisposable
{
    private const string Header = "epoch,step,loss,lr,loss_si_ti,epoch_loss,val/R1";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Logger_WholeRun_WritesOneTableAndTheHyperparameters()
    {
        Story.Whole(Logger());

        string[] expected = [Header, "0,1,1,0.5,2,,", "0,2,0.5,0.25,1,,"];
        var rows = Rows(0);
        Assert.Equal(expected, rows.Take(3));
        Assert.Equal("0,3,,,,0.25,10", rows[4]);
        Assert.Equal(9, rows.Length);
        Assert.Equal(
            "data:\n  path: \"a\\\\b c\"\nmodel:\n  lr: 1e-05\n  name: \"blip: \\\"large\\\"\"\nseed: 1234\n",
            File.ReadAllText(Path.Combine(_folder.FullName, "csv", "version_0", "hparams.yaml")));
    }

    [Theory]
    [InlineData(0, 2)] // saved within the first epoch
    [InlineData(0, 3)] // saved after its last step, before validation
    [InlineData(1, 3)] // saved after the epoch
    [InlineData(1, 5)]
    public void Start_Resumed_LeavesNoGapsAndNoRepeats(int epoch, int step)
    {
        Story.Whole(Logger());
        var whole = Rows(0);
        File.AppendAllText(Path.Combine(_folder.FullName, "csv", "version_0", "metrics.csv"), "1,7,0.1"); // a row that a killed process left

        var resumed = Logger();
        Story.Start(resumed, epoch, step);
        for (var at = epoch; at < 2; at++)
        {
            Story.Steps(resumed, Math.Max(step + 1, (3 * at) + 1), 3 * (at + 1));
            Story.Epoch(resumed, at);
        }

        resumed.Finish(null);
        Assert.Equal(whole, Rows(0));
        Assert.Single(Directory.GetDirectories(Path.Combine(_folder.FullName, "csv")));
    }

    [Fact]
    public void Start_FromTheBeginning_MakesANewVersion()
    {
        Story.Whole(Logger());
        Story.Whole(Logger());

        Assert.Equal(Rows(0), Rows(1));
    }

    [Fact]
    public void LogStep_Interval_KeepsTheFirstAndEveryNth()
    {
        Story.Whole(new MetricsCsvRunLogger(Path.Combine(_folder.FullName, "csv"), interval: 4));

        Assert.Equal(["1", "3", "5", "6"], Rows(0).Skip(1).Select(row => row.Split(',')[1]));
    }

    private MetricsCsvRunLogger Logger() => new(Path.Combine(_folder.FullName, "csv"));

    private string[] Rows(int version) => File.ReadAllLines(Path.Combine(_folder.FullName, "csv", $"version_{version}", "metrics.csv"));
}
