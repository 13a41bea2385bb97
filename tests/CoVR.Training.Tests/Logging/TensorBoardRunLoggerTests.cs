using System.Buffers.Binary;
using System.Text;
using CoVR.TestSupport;
using CoVR.Training.Logging;
using Tensorboard;

namespace CoVR.Training.Tests.Logging;

public sealed class TensorBoardRunLoggerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Version => Path.Combine(_folder.FullName, "version_0");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Checksum_OfTheTest_IsTheStandards() => Assert.Equal(0xE3069283U, Crc32C(Encoding.ASCII.GetBytes("123456789")));

    [Fact]
    public void Logger_WholeRun_WritesRecordsThatTensorBoardReads()
    {
        Story.Whole(new TensorBoardRunLogger(_folder.FullName));

        var events = Events(Assert.Single(Directory.GetFiles(Version, "events.out.tfevents.*")));
        Assert.Equal("brain.Event:2", events[0].FileVersion);
        Assert.All(events, item => Assert.InRange(item.WallTime, 1.7e9, 1e10)); // seconds
        Assert.Equal("text", events[1].Summary.Value[0].Metadata.PluginData.PluginName);
        Assert.Contains("| seed | 1234 |", events[1].Summary.Value[0].Tensor.StringVal[0].ToStringUtf8(), StringComparison.Ordinal);
        Assert.Equal(
            [(1, 1f), (2, 0.5f), (3, 1 / 3f), (4, 0.25f), (5, 0.2f), (6, 1 / 6f)], Scalars(events, "loss"));
        Assert.Equal([(3, 0.25f), (6, 0.5f)], Scalars(events, "epoch_loss"));
        Assert.Equal([(3, 10f), (6, 11f)], Scalars(events, "val/R1"));
        Assert.Equal(["epoch", "loss", "loss_si_ti", "lr"], events[2].Summary.Value.Select(value => value.Tag).Order(StringComparer.Ordinal));
        Assert.True(File.Exists(Path.Combine(Version, "hparams.yaml")));
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(0, 3)]
    [InlineData(1, 3)]
    [InlineData(1, 5)]
    public void Start_Resumed_DrawsNoStepTwice(int epoch, int step)
    {
        Story.Whole(new TensorBoardRunLogger(_folder.FullName));
        var whole = AllEvents();
        var first = Directory.GetFiles(Version, "events.out.tfevents.*").Single();
        File.AppendAllText(first, "half a rec"); // what a killed process left

        var resumed = new TensorBoardRunLogger(_folder.FullName);
        Story.Start(resumed, epoch, step);
        for (var at = epoch; at < 2; at++)
        {
            Story.Steps(resumed, Math.Max(step + 1, (3 * at) + 1), 3 * (at + 1));
            Story.Epoch(resumed, at);
        }

        resumed.Finish(null);

        var events = AllEvents();
        foreach (var tag in new[] { "loss", "lr", "epoch", "epoch_loss", "val/R1" })
        {
            Assert.Equal(Scalars(whole, tag), Scalars(events, tag));
        }

        var restart = Assert.Single(events, item => item.SessionLog is not null);
        Assert.Equal((step + 1, SessionLog.Types.SessionStatus.Start), (restart.Step, restart.SessionLog.Status));
    }

    private static List<(int Step, float Value)> Scalars(IEnumerable<Event> events, string tag) =>
    [
        .. events.Where(item => item.Summary is not null)
            .SelectMany(item => item.Summary.Value.Where(value => value.Tag == tag).Select(value => ((int)item.Step, value.SimpleValue))),
    ];

    private List<Event> AllEvents() => [.. Directory.GetFiles(Version, "events.out.tfevents.*").Order(StringComparer.Ordinal).SelectMany(Events)];

    /// <summary>Reads TFRecords by the format's own rules; every checksum has to be right and nothing may be left over.</summary>
    private static List<Event> Events(string path)
    {
        var bytes = File.ReadAllBytes(path);
        List<Event> events = [];
        var at = 0;
        while (at < bytes.Length)
        {
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));
            Assert.Equal(Masked(bytes.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8)));
            var data = bytes.AsSpan(at + 12, length);
            Assert.Equal(Masked(data), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 12 + length)));
            events.Add(Event.Parser.ParseFrom(data.ToArray()));
            at += 16 + length;
        }

        return events;
    }

    private static uint Masked(ReadOnlySpan<byte> data)
    {
        var crc = Crc32C(data);
        return unchecked(((crc >> 15) | (crc << 17)) + 0xA282EAD8U);
    }

    private static uint Crc32C(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var item in data)
        {
            crc ^= item;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78U);
            }
        }

        return ~crc;
    }
}
