using System.Diagnostics;
using System.Text.Json;
using CoVR.Cli.Tests.Made;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace CoVR.Cli.Tests.Commands.Serve;

/// <summary><c>covr mcp</c>, started by the SDK's own client as an agent does.</summary>
public sealed class McpCommandTests : IDisposable
{
    private readonly CommandRun _run = new();

    public McpCommandTests() => TinyModel.WriteTo(_run);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Run_StartedByAClient_AnswersWhileItIndexes()
    {
        TinyMedia.Picture(_run["photos", "sea", "a.png"], 1);
        TinyMedia.Picture(_run["photos", "sea", "b.png"], 2);
        await _run.SucceedAsync("search", "photos", "--model", "tiny-blip", "--checkpoint", "tiny");
        var messages = new List<string>();
        await using var client = await McpClient.CreateAsync(
            new StdioClientTransport(new StdioClientTransportOptions
            {
                Command = "dotnet",
                Arguments = [Path.Combine(AppContext.BaseDirectory, "CoVR.Cli.dll"), "mcp", "photos", "--model", "tiny-blip", "--checkpoint", "tiny"],
                WorkingDirectory = _run.Folder,
                StandardErrorLines = messages.Add,
            }),
            cancellationToken: Stop);

        var tools = await client.ListToolsAsync(cancellationToken: Stop);
        var found = await client.CallToolAsync("search_media", new Dictionary<string, object?> { ["texts"] = new[] { "a red circle" } }, cancellationToken: Stop);
        var shown = await client.CallToolAsync("get_media", new Dictionary<string, object?> { ["id"] = "sea/a.png" }, cancellationToken: Stop);
        var folders = await client.CallToolAsync("list_folders", cancellationToken: Stop);

        Assert.Equal(["get_media", "list_folders", "search_media"], tools.Select(tool => tool.Name).Order(StringComparer.Ordinal));
        Assert.All(tools, tool => Assert.True(tool.ProtocolTool.Annotations?.ReadOnlyHint));
        Assert.Equal(["sea/a.png", "sea/b.png"], found.StructuredContent!.Value.GetProperty("hits").EnumerateArray().Select(hit => hit.GetProperty("id").GetString()).Order(StringComparer.Ordinal));
        Assert.Equal(2, found.Content.OfType<ImageContentBlock>().Count());
        Assert.Single(shown.Content.OfType<ImageContentBlock>());
        Assert.Equal("sea", folders.StructuredContent!.Value.GetProperty("folders").EnumerateArray().Single().GetProperty("name").GetString());
    }

    [Fact]
    public async Task Run_OnStandardInput_WritesNothingButTheProtocolAndEndsWithIt()
    {
        TinyMedia.Picture(_run["photos", "a.png"], 1);
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "CoVR.Cli.dll"), "mcp", "photos", "--model", "tiny-blip", "--checkpoint", "tiny", "--verbose"])
        {
            WorkingDirectory = _run.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync(Stop);
        await process.StandardInput.WriteLineAsync("""{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}""");
        var answers = new List<string> { (await process.StandardOutput.ReadLineAsync(Stop))! };
        await process.StandardInput.WriteLineAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        await process.StandardInput.WriteLineAsync("""{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"list_folders","arguments":{}}}""");
        answers.Add((await process.StandardOutput.ReadLineAsync(Stop))!);

        process.StandardInput.Close();
        var rest = await process.StandardOutput.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);

        Assert.Equal([1, 2], answers.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetInt32()));
        Assert.Equal("", rest.Trim());
        Assert.Contains("Loading", await error, StringComparison.Ordinal);
        Assert.Equal(0, process.ExitCode);
    }
}
