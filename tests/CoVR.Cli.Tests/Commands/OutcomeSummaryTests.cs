using CoVR.Cli.Commands.Embed;
using CoVR.Cli.Hosting;
using Spectre.Console.Testing;

namespace CoVR.Cli.Tests.Commands;

/// <summary>What is said of failures.</summary>
public sealed class OutcomeSummaryTests
{
    [Fact]
    public void Print_ProgramMissing_IsOneFaultOfAllFiles()
    {
        using var console = new TestConsole();
        using var error = new StringWriter();
        var summary = new OutcomeSummary();
        foreach (var name in new[] { "a", "b" })
        {
            summary.Add(new EmbedOutcome(new MediaId(name), EmbedStatus.Failed, new MediaReadException($"{name}.mp4", MediaFailure.DecoderMissing, "the program 'ffmpeg' is not there.")));
        }

        summary.Add(new EmbedOutcome(new MediaId("c"), EmbedStatus.Failed, new MediaReadException("c.mp4", MediaFailure.Empty, "the file is empty.")));

        summary.Print(new CommandHost(console, error, "/folder"), new MediaWork("", "videos", [], new Sink("/folder/out", IsStore: true, IsGiven: true)));

        Assert.Equal(["failed: 2 videos: the program 'ffmpeg' is not there.", "failed: c: c.mp4: the file is empty."], error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }
}
