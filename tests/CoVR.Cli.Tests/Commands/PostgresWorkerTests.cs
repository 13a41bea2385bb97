using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using CoVR.Cli.Commands;
using CoVR.Cli.Hosting;
using CoVR.Cli.Tests.Made;
using CoVR.TestSupport;
using CoVR.TestSupport.Postgres;
using Npgsql;
using Spectre.Console.Testing;
using YamlDotNet.RepresentationModel;

namespace CoVR.Cli.Tests.Commands;

/// <summary>Embedding jobs as processes that write into one gallery, and the examples of <c>samples/workers</c>.</summary>
public sealed class PostgresWorkerTests : IAsyncLifetime
{
    private const int Pictures = 240;
    private static readonly string Samples = Path.Combine(TestFolders.Repository, "samples", "workers");
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;
    private readonly CommandRun _run = new();
    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _source = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync();
        _source = NpgsqlDataSource.Create(_database.ConnectionString);
        TinyModel.WriteTo(_run);
    }

    public async ValueTask DisposeAsync()
    {
        _run.Dispose();
        if (_database is not null)
        {
            await _source.DisposeAsync();
            await _database.DisposeAsync();
        }
    }

    [Fact]
    public async Task Embed_WorkerKilledAgainAndAgain_LosesNothing()
    {
        for (var picture = 0; picture < Pictures; picture++)
        {
            TinyMedia.Picture(_run["photos", $"{picture}.png"], picture);
        }

        var written = 0L;
        for (var kill = 1; kill <= 3; kill++)
        {
            using var worker = Start("dotnet", Command("1", "0"));
            for (var goal = written + 20; written < goal && !worker.HasExited; written = await CountAsync())
            {
                await Task.Delay(20, Cancel);
            }

            worker.Kill();
            await worker.WaitForExitAsync(Cancel);
            Assert.True(await CountAsync() >= written, "an item that was written is gone");
            Assert.True(written < Pictures, "the worker was done before it was killed");
        }

        var (code, output) = await RunAsync("dotnet", Command("1", "0"));

        Assert.True(code == 0, output);
        Assert.Equal(Pictures, await CountAsync());
        Assert.Equal((long)Pictures, await ScalarAsync("SELECT count(DISTINCT id) FROM covr.items_1 WHERE id ~ '^[0-9]+$'"));
        Assert.Equal((long)Pictures, await ScalarAsync("SELECT items FROM covr.galleries"));
    }

    [Fact]
    public async Task SlurmScript_TwoTasksOfAnArray_FillTheGallery()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script is for Linux.");
        for (var clip = 0; clip < 4; clip++)
        {
            await TinyMedia.ClipAsync(_run["clips", "0", $"{clip}.mp4"], clip, frames: 2);
        }

        await WriteToolAsync();
        foreach (var task in new[] { "0", "1" })
        {
            var (code, output) = await RunAsync("bash", [Path.Combine(Samples, "slurm.sh"), "2", "clips", "clips", "--frames_video", "2", "--model", "tiny-blip", "--checkpoint", "tiny"], ("SLURM_ARRAY_TASK_ID", task), ("SLURM_CPUS_PER_TASK", "2"));
            Assert.True(code == 0, output);
        }

        Assert.Equal(4, await CountAsync());
    }

    [Theory]
    [InlineData("SLURM_ARRAY_TASK_ID", "", "submit it as an array")]
    [InlineData("SLURM_ARRAY_TASK_ID", "2", "not below --num_shards 2")]
    public async Task SlurmScript_WithoutATaskOfTheArray_Fails(string variable, string value, string message)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The script is for Linux.");
        await WriteToolAsync();
        Directory.CreateDirectory(_run["clips", "0"]);
        await TinyMedia.ClipAsync(_run["clips", "0", "1.mp4"], 1, frames: 2);

        var (code, output) = await RunAsync("bash", [Path.Combine(Samples, "slurm.sh"), "2", "clips", "clips", "--model", "tiny-blip", "--checkpoint", "tiny"], (variable, value));

        Assert.NotEqual(0, code);
        Assert.Contains(message, output, StringComparison.Ordinal);
    }

    [Fact]
    public void KubernetesJob_ItsCommandLine_IsUnderstoodByTheTool()
    {
        var yaml = new YamlStream();
        using var text = new StreamReader(Path.Combine(Samples, "kubernetes.yaml"));
        yaml.Load(text);
        var job = (YamlMappingNode)Assert.Single(yaml.Documents).RootNode;
        var spec = (YamlMappingNode)job["spec"];
        var container = (YamlMappingNode)((YamlSequenceNode)spec["template"]["spec"]["containers"]).Single();
        string[] line = [.. ((YamlSequenceNode)container["args"]).Select(node => ((YamlScalarNode)node).Value!.Replace("$(JOB_COMPLETION_INDEX)", "15", StringComparison.Ordinal))];

        using var console = new TestConsole();
        var parsed = CommandList.Create(new CommandHost(console, TextWriter.Null, _run.Folder)).Parse(line);

        Assert.Empty(parsed.Errors);
        Assert.Equal("videos", parsed.CommandResult.Command.Name);
        Assert.Equal(("batch/v1", "Job", "Indexed"), (job["apiVersion"].ToString(), job["kind"].ToString(), spec["completionMode"].ToString()));
        Assert.Equal(int.Parse(spec["completions"].ToString(), CultureInfo.InvariantCulture), parsed.GetValue<int>("--num_shards"));
        var variables = ((YamlSequenceNode)container["env"]).Select(node => node["name"].ToString());
        Assert.Empty(new[] { "COVR_DATABASE", "PGPASSWORD", "COVR_CACHE" }.Except(variables));
    }

    // The tool as 'covr' on the path.
    private async Task WriteToolAsync()
    {
        Directory.CreateDirectory(_run["bin"]);
        await File.WriteAllTextAsync(_run["bin", "covr"], "#!/bin/sh\nexec dotnet \"$COVR_DLL\" \"$@\"\n", Cancel);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_run["bin", "covr"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    private static string[] Command(string shards, string shard) =>
    [
        Path.Combine(AppContext.BaseDirectory, "CoVR.Cli.dll"), "embed", "images", "--image_dir", "photos", "--postgres", "clips", "--batch_size", "4", "--num_workers", "1",
        "--num_shards", shards, "--shard_id", shard, "--model", "tiny-blip", "--checkpoint", "tiny",
    ];

    private Process Start(string program, string[] arguments, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = _run.Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["COVR_DLL"] = Path.Combine(AppContext.BaseDirectory, "CoVR.Cli.dll");
        start.Environment["COVR_DATABASE"] = _database.ConnectionString;
        start.Environment["PATH"] = $"{_run["bin"]}:{start.Environment["PATH"]}";
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private async Task<(int Code, string Output)> RunAsync(string program, string[] arguments, params (string Name, string Value)[] variables)
    {
        using var process = Start(program, arguments, variables);
        var error = process.StandardError.ReadToEndAsync(Cancel);
        var output = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        return (process.ExitCode, output + await error);
    }

    // The table is made by the first worker.
    private async Task<long> CountAsync() =>
        await ScalarAsync("SELECT to_regclass('covr.items_1') IS NOT NULL") is true ? (long)(await ScalarAsync("SELECT count(*) FROM covr.items_1"))! : 0;

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancel);
    }
}
