using CoVR.Cli.Hosting;
using CoVR.Modeling.Checkpoints;

namespace CoVR.Cli.Tests.Hosting;

/// <summary>What a user sees of every command: help, hints, errors, exit codes.</summary>
[Collection("torch")]
public sealed class CommandHostTests
{
    [Fact]
    public async Task Run_NothingAsked_ShowsTheCommands()
    {
        using var run = new CommandRun();

        var output = await run.SucceedAsync();

        Assert.Contains("covr [command]", output, StringComparison.Ordinal);
        Assert.Contains("convert", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_HelpOfACommand_EndsWithExamples()
    {
        using var run = new CommandRun();

        var output = await run.SucceedAsync("convert", "--help");

        Assert.Contains("Examples:", output, StringComparison.Ordinal);
        Assert.Contains("covr convert ckpt_4.ckpt covr.safetensors", output, StringComparison.Ordinal);
        Assert.Contains("No code in a file is executed", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_HelpOnANarrowTerminal_IsAsWide()
    {
        using var run = new CommandRun { Width = 70 };

        var output = await run.SucceedAsync("download", "annotations", "--help");

        Assert.All(output.Split('\n').TakeWhile(line => !line.StartsWith("Examples:", StringComparison.Ordinal)), line => Assert.InRange(line.TrimEnd().Length, 0, 70));
    }

    [Theory]
    [InlineData("Did you mean 'convert'?", "convrt", "a", "b")]
    [InlineData("Did you mean '--root'?", "convert", "a", "b", "--rot", "x")]
    [InlineData("Required argument 'out' missing", "convert", "a")]
    [InlineData("'c.pth' is an unexpected argument", "convert", "a.pth", "b.pth", "c.pth")]
    [InlineData("'covr convert --help'", "convert")]
    [InlineData("--show-config prints the composed configuration", "train", "--cfg", "job")]
    [InlineData("covr train -m runs every combination", "test", "--multirun", "seed=1,2")]
    [InlineData("there is no option '--cfg'.", "convert", "--cfg", "job")]
    public async Task Run_WrongUsage_EndsWithTwoAndAHint(string hint, params string[] args)
    {
        using var run = new CommandRun();

        Assert.Equal(ExitCodes.Usage, await run.RunAsync(args));

        Assert.Contains(hint, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task Run_ErrorOfALibrary_IsOneMessageWithoutATrace()
    {
        using var run = new CommandRun();
        await File.WriteAllTextAsync(run["a.pth"], "no weights", TestContext.Current.CancellationToken);

        Assert.Equal(ExitCodes.Failed, await run.RunAsync(["convert", "a.pth", "b.safetensors"]));

        Assert.StartsWith($"error: {run["a.pth"]}: ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ErrorWithVerbose_ShowsTheTrace()
    {
        using var run = new CommandRun();
        await File.WriteAllTextAsync(run["a.pth"], "no weights", TestContext.Current.CancellationToken);

        Assert.Equal(ExitCodes.Failed, await run.RunAsync(["convert", "a.pth", "b.safetensors", "--verbose"]));

        Assert.Contains($"   at {typeof(Checkpoint).Namespace}", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Cancelled_EndsWith130AndSaysHowToGoOn()
    {
        using var run = new CommandRun();
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        Checkpoint.WriteSafetensors(run["a.safetensors"], new Dictionary<string, TorchSharp.torch.Tensor> { ["x"] = TorchSharp.torch.ones(4) });

        Assert.Equal(ExitCodes.Stopped, await run.RunAsync(["convert", "a.safetensors", "b.pth"], stop.Token));

        Assert.Equal($"Stopped. Nothing was written. Run the same command to start again.{Environment.NewLine}", run.Error);
        Assert.False(File.Exists(run["b.pth"]));
    }
}
