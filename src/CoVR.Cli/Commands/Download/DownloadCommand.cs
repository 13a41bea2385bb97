using System.CommandLine;
using CoVR.Cli.Hosting;

namespace CoVR.Cli.Commands.Download;

/// <summary><c>covr download</c>: annotations, videos and released weights.</summary>
internal static class DownloadCommand
{
    /// <summary>The message after an interrupted download.</summary>
    public const string ResumeHint = "What has arrived is kept. Run the same command again to continue.";

    /// <summary>Creates the command.</summary>
    public static Command Create(CommandHost host)
    {
        var command = new DocumentedCommand("download", "Downloads annotations, videos and released weights into the layout of the Python repository.")
        {
            Notes = """
                Incomplete or wrong files never get their names: annotations are read, videos are decoded, and web pages that servers send instead are refused.
                An interrupted download continues where it stopped. HTTPS_PROXY and HTTP_PROXY set a proxy.
                """,
            Examples =
            [
                new("covr download annotations all"),
                new("covr download videos --split test"),
                new("covr download checkpoints blip2/webvid-covr"),
            ],
        };
        command.Add(AnnotationsCommand.Create(host));
        command.Add(VideosCommand.Create(host));
        command.Add(CheckpointsCommand.Create(host));
        return command;
    }

    /// <summary>An option that holds an http or https address.</summary>
    public static Option<Uri?> AddressOption(string name, string description) => new(name, OptionNames.Aliases(name))
    {
        Description = description,
        CustomParser = result =>
        {
            if (TryAddress(result.Tokens[^1].Value, out var address))
            {
                return address;
            }

            result.AddError($"'{result.Tokens[^1].Value}' is not an http or https address.");
            return null;
        },
    };

    /// <summary>Parses an http or https address.</summary>
    public static bool TryAddress(string text, out Uri address) => Uri.TryCreate(text, UriKind.Absolute, out address!) && address.Scheme is "http" or "https";

    /// <summary>The address of a path below another address, whether that ends with a slash or not.</summary>
    public static Uri Under(Uri folder, string path) =>
        new(new Uri(folder.AbsoluteUri.TrimEnd('/') + "/"), string.Join('/', path.Split('/').Select(Uri.EscapeDataString)));

    /// <summary>A length in megabytes.</summary>
    public static string Megabytes(long bytes) => FormattableString.Invariant($"{bytes / 1e6:N1} MB");
}
