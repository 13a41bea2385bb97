using System.CommandLine;
using CoVR.Cli.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CoVR.Cli.Commands.Serve;

/// <summary><c>covr mcp</c>: tools for an agent that starts this command and speaks the Model Context Protocol with it.</summary>
internal sealed class McpCommand
{
    private readonly CommandHost _host;
    private readonly DocumentedCommand _command;
    private readonly ServedFolderArguments _folders;

    private McpCommand(CommandHost host)
    {
        _host = host;
        _command = new DocumentedCommand("mcp", "Lets an agent search folders of pictures and videos, over the Model Context Protocol on standard input and output.")
        {
            Notes = """
                An agent starts this command; its tools are search_media, get_media and list_folders, and they only read. In an agent's configuration:
                  { "mcpServers": { "photos": { "command": "covr", "args": ["mcp", "/home/me/photos"] } } }
                Folders are indexed and watched as by 'covr serve', which offers the same tools at /mcp. Messages go to standard error.
                """,
            Examples =
            [
                new("covr mcp photos"),
                new("covr mcp photos clips --model blip2-coco"),
            ],
        };
        _folders = ServedFolderArguments.AddTo(_command);
        _command.SetAction(RunAsync);
    }

    /// <summary>Creates the command.</summary>
    public static Command Create(CommandHost host) => new McpCommand(host)._command;

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        _host.KeepOutputForResult();
        _host.ResumeHint = "Run the same command again to continue: finished embeddings are saved.";
        var folders = _folders.Read(_host, parsed);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        folders.AddTo(builder.Services, _ => { });
        builder.Services.AddMcpServer().WithStdioServerTransport().WithCoVRTools();
        using var app = builder.Build();
        await app.StartAsync(cancellation);
        var loading = folders.LoadModelAsync(app.Services, cancellation);

        // Ends when standard input does.
        await app.WaitForShutdownAsync(cancellation);
        await loading;
        cancellation.ThrowIfCancellationRequested();
        return ExitCodes.Done;
    }
}
