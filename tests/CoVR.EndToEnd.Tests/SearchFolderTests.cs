using CoVR.Media;
using CoVR.TestSupport;

namespace CoVR.EndToEnd.Tests;

/// <summary>The sample that searches a folder from the console.</summary>
public sealed class SearchFolderTests
{
    [Fact]
    public async Task Run_WhileTheFolderChanges_AnswersWithWhatIsThere()
    {
        using var folder = new TemporaryFolder();
        Write(folder["photos", "a.png"], 10);
        Write(folder["photos", "b.png"], 120);
        using var program = new InteractiveProgram([SampleProgram.Of("02-SearchFolder"), "photos", "--tiny"], folder.FullName);
        await program.WaitForAsync("2 new");

        program.Say("a red car");
        await program.WaitForAsync("2. ");
        Write(folder["photos", "c.png"], 220);
        await program.WaitForAsync("1 new");
        program.Say("a.png: at night");
        await program.WaitForAsync("3. ");
        program.Say("");

        Assert.Equal(0, await program.EndAsync());
        Assert.Contains(" c.png", program.Output, StringComparison.Ordinal);
    }

    internal static void Write(string path, byte shade)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        MediaWriter.WritePng(path, new RgbFrame(16, 16, Enumerable.Range(0, 16 * 16 * 3).Select(i => (byte)(shade + (i % 9))).ToArray()));
    }
}
