using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using CoVR.AspNetCore;
using CoVR.Cli.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CoVR.Cli.Commands.Serve;

/// <summary><c>covr serve</c>: a page, an API and tools for agents over local folders.</summary>
internal sealed class ServeCommand
{
    private const int DefaultPort = 8477;
    private const string Loopback = "localhost";
    private const string Everywhere = "*";

    private readonly Option<int> _port = new Option<int>("--port", "-p") { Description = "The port; 0 for a free one.", DefaultValueFactory = _ => DefaultPort }.Between(0, ushort.MaxValue);
    private readonly Option<bool> _open = new("--open") { Description = "Opens the page in the browser." };
    private readonly Option<string> _address = new("--host") { Description = "The address to listen on: localhost, an address of this machine, or * for all of them.", DefaultValueFactory = _ => Loopback };
    private readonly Option<string[]> _names = new("--public-host", OptionNames.Aliases("--public-host")) { Description = "A name under which the server is reached, such as photos.example.com behind a proxy; may be given several times." };
    private readonly Option<string> _prefix = new("--prefix") { Description = "The path below which everything lies, such as /photos.", DefaultValueFactory = _ => "" };
    private readonly Option<bool> _editable = new("--editable") { Description = "Lets everybody who reaches the server change tags. [default: only where this machine alone reaches it]" };
    private readonly CommandHost _host;
    private readonly DocumentedCommand _command;
    private readonly ServedFolderArguments _folders;

    private ServeCommand(CommandHost host)
    {
        _host = host;
        _command = new DocumentedCommand("serve", "Serves a page to search folders of pictures and videos with, an API, and tools for agents.")
        {
            Notes = """
                The page opens at once; model and index follow in the background, and changes of the folders appear within seconds. Embeddings are kept:
                the next start, and 'covr search', continue with them. Ctrl-C ends the server.
                Only this machine reaches the server, unless --host says otherwise; there is no sign-in then. The API is below /api/v1, its description at
                /api/v1/openapi/v1.json, the Model Context Protocol for agents at /mcp; 'covr mcp' is the same over standard input and output.
                """,
            Examples =
            [
                new("covr serve photos --open"),
                new("covr serve photos clips /media/archive --port 9000", "several folders in one gallery"),
                new("covr serve photos --host '*'", "phones and tablets of the same network reach it too, and whoever else is there"),
                new("covr serve photos --public-host photos.example.com --prefix /photos", "behind a proxy that asks for a password"),
            ],
        };
        _folders = ServedFolderArguments.AddTo(_command);
        foreach (var option in (Option[])[_port, _open, _address, _names, _prefix, _editable])
        {
            _command.Add(option);
        }

        _command.SetAction(RunAsync);
    }

    /// <summary>Creates the command.</summary>
    public static Command Create(CommandHost host) => new ServeCommand(host)._command;

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        _host.ResumeHint = "Run the same command again to continue: finished embeddings are saved.";
        RequireFree(AddressOf(parsed.GetRequiredValue(_address)), parsed.GetValue(_port));
        var folders = _folders.Read(_host, parsed);
        await using var app = Build(parsed, folders);
        await app.StartAsync(cancellation);
        var address = Show(app, parsed, folders);
        var loading = folders.LoadModelAsync(app.Services, cancellation);
        if (parsed.GetValue(_open) && !Desktop.TryOpen(address))
        {
            _host.Warn($"no browser could be started; open {address} in one.");
        }

        await app.WaitForShutdownAsync(cancellation);
        await loading;
        cancellation.ThrowIfCancellationRequested();
        return ExitCodes.Done;
    }

    private WebApplication Build(ParseResult parsed, ServedFolders folders)
    {
        var (address, names) = (parsed.GetRequiredValue(_address), parsed.GetValue(_names) ?? []);
        var isPrivate = address == Loopback && names.Length == 0;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            Listen(server, address, parsed.GetValue(_port));
        });
        builder.Services.AddRouting();
        folders.AddTo(builder.Services, options =>
        {
            options.AllowsEditing = isPrivate || parsed.GetValue(_editable);
            options.OpenItem = isPrivate ? Desktop.ShowAsync : null;
            foreach (var name in address == Loopback ? names : [.. names, Environment.MachineName, $"{Environment.MachineName}.local"])
            {
                options.AllowedHosts.Add(name);
            }
        });
        var app = builder.Build();
        app.UseRouting();
        app.MapCoVR(Prefix(parsed));
        return app;
    }

    private string Prefix(ParseResult parsed) => parsed.GetRequiredValue(_prefix).Trim('/') is { Length: > 0 } path ? $"/{path}" : "";

    private static void Listen(KestrelServerOptions server, string address, int port)
    {
        if (address == Everywhere)
        {
            server.ListenAnyIP(port);
        }
        else if (address == Loopback && port != 0)
        {
            server.ListenLocalhost(port);
        }
        else
        {
            server.Listen(AddressOf(address), port);
        }
    }

    private static IPAddress AddressOf(string address) => address switch
    {
        Loopback => IPAddress.Loopback,
        Everywhere => IPAddress.Any,
        _ => IPAddress.TryParse(address, out var parsed) ? parsed : throw new CommandException($"--host is '{address}'; it must be {Loopback}, an address such as 192.168.1.5, or {Everywhere}.", ExitCodes.Usage),
    };

    // Better reported before folders are scanned.
    private static void RequireFree(IPAddress address, int port)
    {
        try
        {
            using var probe = new TcpListener(address, port);
            probe.Start();
        }
        catch (SocketException fault)
        {
            throw new CommandException(fault.SocketErrorCode == SocketError.AddressAlreadyInUse
                ? $"port {port} is taken, perhaps by another 'covr serve'. --port NUMBER chooses another one, --port 0 a free one."
                : $"nothing can listen on {address} at port {port}: {fault.Message}.");
        }
    }

    private string Show(WebApplication app, ParseResult parsed, ServedFolders folders)
    {
        var (name, address) = (parsed.GetRequiredValue(_address), AddressOf(parsed.GetRequiredValue(_address)));
        var port = new Uri(app.Urls.First()).Port;
        var page = new UriBuilder("http", name == Everywhere ? Loopback : name, port, Prefix(parsed) + "/").Uri.AbsoluteUri;
        _host.Say($"Serving {folders.Names} at {page} (Ctrl-C ends it)");
        if (!IPAddress.IsLoopback(address))
        {
            _host.Warn($"everybody who reaches port {port} of this machine can see, search and download all that is in {folders.Names}: there is no sign-in, and nothing is encrypted.");
        }

        return page;
    }
}
