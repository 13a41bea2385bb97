using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using CoVR.AspNetCore.Review;
using CoVR.Cli.Hosting;
using CoVR.Construction;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CoVR.Cli.Commands.Construct;

/// <summary><c>covr construct review</c>: a page on this machine on which people judge triplets.</summary>
internal sealed class ReviewCommand
{
    private const string AllSplits = "all";

    private readonly Argument<string> _work = new("work") { Description = "The work file of covr construct.", DefaultValueFactory = _ => "construction.duckdb" };
    private readonly Option<string> _split = new("--split") { Description = "Which triplets: train, validation, test or all.", DefaultValueFactory = _ => "test" };
    private readonly Option<string?> _media = new("--media") { Description = "The folder of the pictures or videos. [default: the one that was constructed from]" };
    private readonly Option<string> _reviewer = new("--reviewer") { Description = "The name under which decisions are kept; the page can change it.", DefaultValueFactory = _ => "reviewer" };
    private readonly Option<int> _port = new Option<int>("--port") { Description = "The port on this machine; 0 for a free one.", DefaultValueFactory = _ => 5178 }.Between(0, 65535);
    private readonly Option<bool> _open = new("--open") { Description = "Opens the page in the browser." };
    private readonly CommandHost _host;
    private readonly DocumentedCommand _command;

    private ReviewCommand(CommandHost host)
    {
        _host = host;
        _command = new DocumentedCommand("review", "Shows triplets on a page of this machine: choose or write a text, discard, flag, undo.")
        {
            Notes = """
                The page shows reference and target beside each other and up to three texts; press ? for the keys. Every decision is appended to a journal beside the
                work file before the page shows it. Run covr construct again afterwards: the data set then has the chosen texts and leaves out what was discarded.
                """,
            Examples =
            [
                new("covr construct review construction.duckdb --reviewer Anna --open"),
                new("covr construct review --split all --port 8080"),
            ],
        };
        _split.AcceptOnlyFromAmong("train", "validation", "test", AllSplits);
        _command.Add(_work);
        Array.ForEach<Option>([_split, _media, _reviewer, _port, _open], _command.Add);
        _command.SetAction(RunAsync);
    }

    /// <summary>Creates the command.</summary>
    public static Command Create(CommandHost host) => new ReviewCommand(host)._command;

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        _host.ResumeHint = "Every decision is saved. Run the same command to go on.";
        var (work, split) = (_host.PathOf(parsed.GetRequiredValue(_work)), parsed.GetRequiredValue(_split));
        var media = parsed.GetValue(_media) is { } folder ? _host.PathOf(folder) : null;
        using var queue = await ReviewQueue.OpenAsync(work, split == AllSplits ? null : split, media, _host.Clock, cancellation);
        var review = new ConstructionReview(queue, Path.GetFileNameWithoutExtension(work), parsed.GetRequiredValue(_reviewer));
        await using var server = CreateServer(review, parsed.GetValue(_port));
        await StartAsync(server, cancellation);
        var address = server.Urls.First();
        _host.Say($"{queue.Triplets.Count} triplets on {address} (Ctrl+C ends)");
        if (parsed.GetValue(_open))
        {
            Open(address);
        }

        await server.WaitForShutdownAsync(cancellation);
        cancellation.ThrowIfCancellationRequested();
        return ExitCodes.Done;
    }

    private WebApplication CreateServer(IReviewQueue review, int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        builder.Services.AddRouting();
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddProvider(_host.Logs);
        var app = builder.Build();
        app.MapCoVRReview("", review);
        return app;
    }

    private static async Task StartAsync(WebApplication server, CancellationToken cancellation)
    {
        try
        {
            await server.StartAsync(cancellation);
        }
        catch (IOException error)
        {
            throw new CommandException($"The page cannot be served: {error.Message} Choose another port with --port, or --port 0.");
        }
    }

    private void Open(string address)
    {
        try
        {
            using var browser = Process.Start(new ProcessStartInfo(address) { UseShellExecute = true });
        }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException)
        {
            _host.Warn($"no browser could be opened ({error.Message}); open {address} yourself");
        }
    }
}
